import { proxyRanges, type IngressSettings } from '../ingress';

/** Seconds for which browsers stay with TLS: a year, the least that browsers' preload lists ask for. */
const HSTS_SECONDS = 31_536_000;

/** Response headers of every public host. */
const SECURITY_HEADERS = {
  // subdomains are left out: other servers may hold them
  stsSeconds: HSTS_SECONDS,
  contentTypeNosniff: true,
  customFrameOptionsValue: 'SAMEORIGIN',
  referrerPolicy: 'strict-origin-when-cross-origin',
  permissionsPolicy: 'camera=(), geolocation=(), microphone=()',
  // an empty value takes a header away: what runs behind is nobody's business
  customResponseHeaders: { Server: '', 'X-Powered-By': '' },
};

/**
 * What every public request passes, in this order. Headers come first: refusals carry them too.
 *
 * Behind trusted proxies a visitor is the last address of X-Forwarded-For (`depth`): the one that the proxy itself saw. What stands before it
 * is what the visitor wrote. `excludedIPs`, the other strategy, takes the last address that is no proxy's (pkg/ip/strategy.go, v3.7.9): a
 * visitor among the proxies' own addresses could then write himself another one, and no network of IPv6 counts as one client.
 */
export function middlewares(http: IngressSettings) {
  const { allowedSources, onlyThroughProxies, rateLimit } = http;
  const proxies = [...proxyRanges(http)];
  const visitor = proxies.length ? { depth: 1 } : {};
  return {
    'security-headers': { headers: SECURITY_HEADERS },
    // the address of the connection itself
    ...(proxies.length &&
      onlyThroughProxies && { 'trusted-proxies': { ipAllowList: { sourceRange: proxies } } }),
    ...(allowedSources.length > 0 && {
      'allowed-sources': {
        ipAllowList: { sourceRange: allowedSources, ...(proxies.length && { ipStrategy: visitor }) },
      },
    }),
    'rate-limit': {
      rateLimit: {
        ...rateLimit,
        // a provider hands out at least a /64 of IPv6: it is one client
        sourceCriterion: { ipStrategy: { ...visitor, ipv6Subnet: 64 } },
      },
    },
    compress: { compress: {} },
  };
}
