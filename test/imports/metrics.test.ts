import { readFileSync } from 'node:fs';
import { parse } from 'yaml';
import { allImages } from '../../imports/images';
import { allExporters, labelsOfSeries } from '../../imports/metrics';

const tagsOf = (name: string): string[] =>
  allImages()
    .filter((row) => row.name === name)
    .map(({ tag }) => tag);

describe('imports/metrics.yaml', () => {
  test.each(allExporters().flatMap(({ name, image, version }) => (image ? [[name, image, version]] : [])))(
    '[OBS-06] the series of %s are those of the version that runs',
    (_, image, version) => {
      expect(tagsOf(image!)).toEqual([version]);
    },
  );

  test('a series stands in one place', () => {
    const names = allExporters().flatMap(({ series }) => Object.values(series).flatMap(Object.keys));
    expect(names.filter((name, index) => names.indexOf(name) !== index)).toEqual([]);
  });

  test('a label that the target has too is stored as Prometheus does', () => {
    const app = labelsOfSeries('argocd_app_info')!;
    expect(app.has('namespace') && app.has('exported_namespace')).toBe(true);
    const pod = labelsOfSeries('kube_pod_status_phase')!;
    expect([...pod].filter((label) => label.startsWith('exported_'))).toEqual([]);
    expect(labelsOfSeries('nothing')).toBeUndefined();
  });
});

test('[OBS-06] imports/grafana.yaml has the fields of the Grafana that runs', () => {
  const { image, version } = parse(readFileSync('imports/grafana.yaml', 'utf8')) as Record<string, string>;
  expect(tagsOf(image!)).toEqual([version]);
});
