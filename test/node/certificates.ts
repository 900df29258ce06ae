import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { KubeObject } from '../../charts/core/objects';
import { execute } from './exec';

export interface Pair {
  /** Files with PEM. */
  readonly certificate: string;
  readonly key: string;
}

/** Days: longer than a run, and than the clock of a test is moved. */
const DAYS = '30';

/** An authority for this run. */
export class Authority {
  readonly certificate: string;
  private readonly key: string;

  constructor(
    private readonly folder: string,
    name: string,
  ) {
    mkdirSync(folder, { recursive: true });
    this.certificate = join(folder, 'ca.crt');
    this.key = join(folder, 'ca.key');
    execute('openssl', [
      ...['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes'],
      ...['-keyout', this.key, '-out', this.certificate, '-days', DAYS, '-subj', `/CN=${name}`],
      ...['-addext', 'basicConstraints=critical,CA:true', '-addext', 'keyUsage=critical,keyCertSign,cRLSign'],
    ]);
  }

  /** A certificate for servers of these names, and for a client of the first. */
  issue(names: readonly string[], subject = `/CN=${names[0] ?? ''}`): Pair {
    const base = join(this.folder, (names[0] ?? 'client').replace(/[^a-z0-9.-]/gi, '_'));
    const pair = { certificate: `${base}.crt`, key: `${base}.key` };
    const extensions = `${base}.ext`;
    writeFileSync(
      extensions,
      [
        'basicConstraints=CA:false',
        'keyUsage=digitalSignature',
        'extendedKeyUsage=serverAuth,clientAuth',
        `subjectAltName=${names.map((name) => `DNS:${name}`).join(',')}`,
      ].join('\n'),
    );
    execute('openssl', [
      ...['req', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes'],
      ...['-keyout', pair.key, '-out', `${base}.csr`, '-subj', subject],
    ]);
    execute('openssl', [
      ...[
        'x509',
        '-req',
        '-in',
        `${base}.csr`,
        '-CA',
        this.certificate,
        '-CAkey',
        this.key,
        '-CAcreateserial',
      ],
      ...['-out', pair.certificate, '-days', DAYS, '-extfile', extensions],
    ]);
    return pair;
  }

  /** The Secret that cert-manager would write for a Certificate. */
  secret(namespace: string, name: string, names: readonly string[]): KubeObject {
    const { certificate, key } = this.issue(names);
    return {
      apiVersion: 'v1',
      kind: 'Secret',
      metadata: { namespace, name },
      type: 'kubernetes.io/tls',
      stringData: {
        'tls.crt': readFileSync(certificate, 'utf8'),
        'tls.key': readFileSync(key, 'utf8'),
        'ca.crt': readFileSync(this.certificate, 'utf8'),
      },
    };
  }
}
