import { parse } from 'yaml';
import { streamLabels } from '../../../charts/observability/fluent-bit/configuration';
import { LABELS } from '../../../charts/observability/loki/configuration';
import { problems, renderLogs } from './render';

const configuration = (change?: (settings: any) => void) =>
  parse(renderLogs(change).find('ConfigMap', 'fluent-bit').data['fluent-bit.yaml']);
const script = (change?: (settings: any) => void): string =>
  renderLogs(change).find('ConfigMap', 'fluent-bit').data['records.lua'];
const pod = (change?: (settings: any) => void) =>
  renderLogs(change).find('DaemonSet', 'fluent-bit').spec.template.spec;

/** Names of a list `a=$b, c=d`. */
const keysOf = (list: string): string[] => list.split(', ').map((one) => one.split('=')[0] ?? '');

describe('Fluent Bit', () => {
  test.each(['staging', 'mono'])('[OBS-12] with it and Loki, the set of %s has no finding', (name) => {
    expect(renderLogs(undefined, name).findings()).toEqual([]);
  });

  test('[OBS-12] runs on every node, whatever its taints', () => {
    expect(pod().tolerations).toEqual([{ operator: 'Exists' }]);
  });

  test('[OBS-11] gives a stream five labels, none of which a pod, a request or a user makes many of', () => {
    const [output] = configuration().pipeline.outputs;
    expect(keysOf(output.labels)).toEqual(['cluster', 'namespace', 'app', 'level', 'tenant']);
    expect(keysOf(output.labels)).toEqual([...LABELS]);
    expect(output.labels).toBe(streamLabels('staging').join(', '));
    // nothing else makes a label
    for (const key of ['label_keys', 'label_map_path', 'auto_kubernetes_labels', 'tenant_id_key'])
      expect(output).not.toHaveProperty(key);
  });

  test('[OBS-11] pod, container and node go with the line, and only the line itself is in it', () => {
    const [output] = configuration().pipeline.outputs;
    expect(keysOf(output.structured_metadata)).toEqual(['pod', 'container', 'node']);
    const removed = output.remove_keys.split(', ');
    expect(removed).toEqual(['$namespace', '$app', '$level', '$tenant', '$pod', '$container']);
    expect(output.drop_single_key).toBe('raw');
  });

  test('[OBS-11] tenant is the environment of the namespace, else the platform', () => {
    const text = script((settings) => {
      settings.environments[0].name = 'shop';
    });
    const { environments } = renderLogs().settings;
    expect(text).toContain(`["${environments[0].namespace}"] = "shop"`);
    expect(text).toContain('tenant = TENANTS[namespace] or "platform"');
  });

  test('[OBS-12] waits for Loki without end, up to a size on the disk that is a setting', () => {
    const { service, pipeline } = configuration(({ components }) => {
      components['fluent-bit'].buffer = '2Gi';
    });
    const [input] = pipeline.inputs;
    const [output] = pipeline.outputs;
    expect(input['storage.type']).toBe('filesystem');
    expect(output).toMatchObject({ retry_limit: 1000, 'storage.total_limit_size': 2 * 2 ** 30 });
    const { volumes, containers } = pod();
    const [state] = volumes.filter(({ name }: any) => name === 'state');
    expect(state.hostPath).toEqual({ path: '/var/lib/fluent-bit', type: 'DirectoryOrCreate' });
    const mount = containers[0].volumeMounts.find(({ name }: any) => name === 'state');
    for (const path of [service['storage.path'], input.db])
      expect(path.startsWith(`${mount.mountPath}/`)).toBe(true);
  });

  test('[OBS-12] lines that belong together meet in the input: as a filter they would go through memory', () => {
    const [input] = configuration().pipeline.inputs;
    expect(input.processors.logs.map(({ name }: any) => name)).toEqual(['multiline']);
    const filters = configuration().pipeline.filters.map(({ name }: any) => name);
    expect(filters).toEqual(['kubernetes', 'lua']);
  });

  test('[SEC-02] reads one pod at a time from the API server, and nothing else', () => {
    const { rules } = renderLogs().find('ClusterRole', 'fluent-bit');
    expect(rules).toEqual([{ apiGroups: [''], resources: ['pods'], verbs: ['get'] }]);
  });

  test('[SEC-01] is root without a capability, and writes to its own folder only', () => {
    const { containers, volumes } = pod();
    const [container] = containers;
    expect(container.securityContext).toEqual({
      allowPrivilegeEscalation: false,
      capabilities: { drop: ['ALL'] },
      readOnlyRootFilesystem: true,
    });
    const written = container.volumeMounts.filter(({ readOnly }: any) => readOnly !== true);
    expect(written.map(({ mountPath }: any) => mountPath)).toEqual(['/var/lib/fluent-bit']);
    const folders = volumes.flatMap(({ hostPath }: any) => (hostPath ? [hostPath.path] : []));
    expect(folders.sort()).toEqual(['/var/lib/fluent-bit', '/var/log/containers', '/var/log/pods']);
  });

  test('[SEC-02] talks to Loki, to the API server and to nobody else', () => {
    const { flows } = renderLogs().declarations;
    const out = flows.filter(({ from }) => from.name === 'fluent-bit').map(({ to }) => to.name);
    expect(out.sort()).toEqual(['api-server', 'api-server-nodes', 'cluster-dns', 'loki']);
  });

  test('does not read its own lines, or each failure would make the next one', () => {
    const { findings, find } = renderLogs();
    expect(findings()).toEqual([]);
    const { namespace } = find('DaemonSet', 'fluent-bit').metadata;
    const [input] = configuration().pipeline.inputs;
    expect(input.exclude_path).toBe(`/var/log/containers/fluent-bit-*_${namespace}_*.log`);
  });

  test('no pattern of the script is empty between brackets, which would be a place instead of a text in Lua', () => {
    const [masks = ''] = script().split('local LEVELS');
    expect(masks.match(/^ {2}\{ /gm)?.length).toBeGreaterThan(80);
    expect(masks).not.toMatch(/[^%]\(\)/);
  });

  test('needs Loki, and says so at its own settings', () => {
    expect(() => renderLogs(({ components }) => delete components.loki)).toThrow(
      /fluent-bit needs loki, which is off/,
    );
  });

  test('refuses a buffer that holds nothing', () => {
    expect(problems('{ loki: {}, fluent-bit: { buffer: 8Mi } }')).toEqual([
      expect.stringMatching(/^components\.fluent-bit\.buffer: "8Mi" is too little for some minutes of logs/),
    ]);
  });
});
