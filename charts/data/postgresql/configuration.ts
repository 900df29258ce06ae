import { FOLDERS } from './folders';
import { sharedParameters, type ParameterGroup, type PostgresqlTuning, type TuningInput } from './tuning';

/** postgresql.conf of the engine `statefulset`. */
export function postgresqlConfiguration(tuning: PostgresqlTuning, input: TuningInput): string {
  const own: readonly ParameterGroup[] = [
    { comment: [], parameters: { timezone: 'UTC', log_timezone: 'UTC' } },
    {
      comment: ['where it listens, and how'],
      parameters: {
        listen_addresses: '*',
        unix_socket_directories: FOLDERS.socket,
        hba_file: `${FOLDERS.config}/pg_hba.conf`,
        password_encryption: 'scram-sha-256',
        ssl: 'on',
        ssl_min_protocol_version: 'TLSv1.2',
        ssl_ca_file: `${FOLDERS.tls}/ca.crt`,
        ssl_cert_file: `${FOLDERS.tls}/tls.crt`,
        ssl_key_file: `${FOLDERS.tls}/tls.key`,
      },
    },
    {
      comment: [],
      parameters: {
        log_line_prefix: '%m [%p] %q%u@%d %a ',
        shared_preload_libraries: 'pg_stat_statements',
      },
    },
  ];
  return [...own, ...sharedParameters(tuning, input)].map(textOf).join('\n');
}

const textOf = ({ comment, parameters }: ParameterGroup): string =>
  [
    ...comment.map((line) => `# ${line}\n`),
    ...Object.entries(parameters).map(([name, value]) => `${name} = '${value}'\n`),
  ].join('');
