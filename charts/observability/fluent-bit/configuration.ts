import { bytesOf, type Memory } from '../../core/quantities';
import { toYaml, type Json } from '../../core/yaml';
import { FUNCTION, JSON_FIELD, RECORD, TAG_PREFIX } from './script';
import { LINE_RULES, WAIT_MS } from './stack-traces';

export const CONFIG_FOLDER = '/etc/fluent-bit';
export const CONFIG_FILE = 'fluent-bit.yaml';
export const SCRIPT_FILE = 'records.lua';
export const PORT = 2020;

/** What the container runtime writes, and the links to it that the kubelet makes, named by pod, namespace and container. */
export const LOG_FOLDERS = ['/var/log/containers', '/var/log/pods'] as const;
/** Folder of the node with offsets and the buffer. */
export const STATE_FOLDER = '/var/lib/fluent-bit';

/** Environment variable with the name of the node. */
export const NODE_VARIABLE = 'NODE_NAME';

const TRACES = 'traces';

/** Labels of a stream, the whole of them. */
export const streamLabels = (cluster: string): readonly string[] => [
  `cluster=${cluster}`,
  ...RECORD.labels.map((label) => `${label}=$${label}`),
];

interface Input {
  readonly cluster: string;
  /** Namespace of its own pods, whose lines are left out. */
  readonly namespace: string;
  readonly buffer: Memory;
  readonly store: { readonly host: string; readonly port: number };
}

/** Fluent Bit's configuration: docs.fluentbit.io 5.1, and the config maps of src/flb_config.c and of each plugin of v5.1.1. */
export const fluentBitConfiguration = (input: Input): string =>
  toYaml({
    service: SERVICE,
    multiline_parsers: [
      {
        name: TRACES,
        type: 'regex',
        flush_timeout: WAIT_MS,
        key_content: 'log',
        // standard output and error are two texts
        key_group: 'stream',
        rules: LINE_RULES.map(({ from, regex, to }) => ({
          state: from.join(', '),
          regex: `/${regex.source}/`,
          next_state: to,
        })),
      },
    ],
    pipeline: { inputs: [tail(input)], filters: FILTERS, outputs: [output(input)] },
  });

const SERVICE: Json = {
  flush: 1,
  log_level: 'info',
  http_server: 'on',
  http_listen: '0.0.0.0',
  http_port: PORT,
  'storage.path': `${STATE_FOLDER}/buffer`,
  'storage.sync': 'normal',
  'storage.metrics': 'on',
  // of 2 MB each; the others wait on the disk
  'storage.max_chunks_up': 32,
  'storage.backlog.mem_limit': '8M',
  // seconds between two tries: without a bound of ours more than half an hour
  'scheduler.base': 2,
  'scheduler.cap': 60,
};

const tail = ({ namespace }: Input): Json => ({
  name: 'tail',
  tag: 'kube.*',
  path: `${LOG_FOLDERS[0]}/*.log`,
  // its own lines about lines would never end
  exclude_path: `${LOG_FOLDERS[0]}/fluent-bit-*_${namespace}_*.log`,
  'multiline.parser': 'cri',
  db: `${STATE_FOLDER}/offsets.db`,
  'db.locking': 'on',
  // what was written while it was away counts, too
  read_from_head: 'on',
  refresh_interval: 10,
  rotate_wait: 30,
  skip_long_lines: 'on',
  buffer_max_size: '256k',
  'storage.type': 'filesystem',
  // here rather than among the filters: there, lines that belong together go through a buffer in memory, which drops what it has no room for
  processors: {
    logs: [
      { name: 'multiline', 'multiline.parser': TRACES, 'multiline.key_content': 'log', flush_ms: WAIT_MS },
    ],
  },
});

const FILTERS: Json = [
  {
    name: 'kubernetes',
    match: 'kube.*',
    kube_tag_prefix: TAG_PREFIX,
    // all fields below one, so that none of a line takes the place of those that say whose line it is
    merge_log: 'on',
    merge_log_key: JSON_FIELD,
    keep_log: 'on',
    annotations: 'off',
    // pods cannot keep their lines back, nor choose a parser
    'k8s-logging.parser': 'off',
    'k8s-logging.exclude': 'off',
    // larger than most pods, whose labels would be missing
    buffer_size: '256k',
    // a pod of a StatefulSet comes back under its name with other labels
    kube_meta_cache_ttl: '10m',
  },
  {
    name: 'lua',
    match: '*',
    script: `${CONFIG_FOLDER}/${SCRIPT_FILE}`,
    call: FUNCTION,
    // seconds and nanoseconds: as one number the order of lines would be lost
    time_as_table: 'on',
  },
];

const output = ({ cluster, buffer, store }: Input): Json => ({
  name: 'loki',
  match: '*',
  host: store.host,
  port: store.port,
  labels: streamLabels(cluster).join(', '),
  structured_metadata: [
    ...RECORD.metadata.map((field) => `${field}=$${field}`),
    `node=\${${NODE_VARIABLE}}`,
  ].join(', '),
  remove_keys: [...RECORD.labels, ...RECORD.metadata].map((key) => `$${key}`).join(', '),
  // the line as it was, not in an object of JSON
  drop_single_key: 'raw',
  compress: 'gzip',
  // a minute between two tries: longer than the twelve hours that Loki takes lines late, and not for ever, since what it refuses for another
  // reason than 400 is tried again too (plugins/out_loki/loki.c of v5.1.1). Before that, the oldest go when the buffer is full.
  retry_limit: 1000,
  'storage.total_limit_size': bytesOf(buffer),
});
