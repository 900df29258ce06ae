import { bytesOf, type Memory } from '../../core/quantities';

export const DATA_FOLDER = '/var/lib/rabbitmq';
export const TLS_FOLDER = '/etc/rabbitmq-tls';
/** What prepare.sh writes, in memory, since it tells hashes of passwords. */
export const DEFINITIONS_FILE = '/run/definitions/definitions.json';

/**
 * The server's configuration (rabbitmq.conf). Names: rabbit.schema and rabbitmq_prometheus.schema of 4.3.6. A line that the server does not
 * know ends its start.
 */
export const rabbitmqConfiguration = (memory: Memory): string => `# over TLS only
listeners.tcp = none
listeners.ssl.default = 5671
ssl_options.cacertfile = ${TLS_FOLDER}/ca.crt
ssl_options.certfile = ${TLS_FOLDER}/tls.crt
ssl_options.keyfile = ${TLS_FOLDER}/tls.key
ssl_options.verify = verify_none
ssl_options.fail_if_no_peer_cert = false
ssl_options.versions.1 = tlsv1.3
ssl_options.versions.2 = tlsv1.2

# accounts, exchanges and queues of the settings; without it there would be a guest
load_definitions = ${DEFINITIONS_FILE}
anonymous_login_user = none
auth_mechanisms.1 = PLAIN

# sized from the memory limit ${memory}: publishers wait at 60 % of it, or when less disk than it is left
total_memory_available_override_value = ${bytesOf(memory)}
vm_memory_high_watermark.relative = 0.6
disk_free_limit.absolute = ${bytesOf(memory)}

log.console = true
log.console.level = info

prometheus.tcp.port = 15692
# queues by name: alerts look at each
prometheus.return_per_object_metrics = true
`;

/** Plugins by the names of their Erlang applications. */
export const ENABLED_PLUGINS = '[rabbitmq_prometheus].\n';
