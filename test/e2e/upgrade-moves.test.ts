import type { KubeObject } from '../../charts/core/objects';
import type { Manifest } from './manifests';
import { movesOf, prunedMoves, refusedMoves, SYNC_OPTIONS } from './upgrade-moves';

const KEPT = { annotations: { [SYNC_OPTIONS]: 'Prune=false,Delete=false' } };

const inFolder = (folder: string, object: KubeObject): Manifest => ({
  object,
  file: `${folder}/${object.kind.toLowerCase()}-${object.metadata.name}.yaml`,
  text: '',
});

const policy = (folder: string, metadata: object = {}): Manifest =>
  inFolder(folder, {
    apiVersion: 'networking.k8s.io/v1',
    kind: 'NetworkPolicy',
    metadata: { name: 'default-deny', namespace: 'prod', ...metadata },
  });

const other = (folder: string): Manifest =>
  inFolder(folder, { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'other', namespace: 'prod' } });

const application = (name: string, syncOptions: string[] = []): Manifest =>
  inFolder('root', {
    apiVersion: 'argoproj.io/v1alpha1',
    kind: 'Application',
    metadata: { name },
    spec: { syncPolicy: { syncOptions } },
  });

const keyOf = ({ kind, metadata }: KubeObject): string => `${kind} ${metadata.name}`;
const FAIL = 'FailOnSharedResource=true';

/** What is pruned, and what is refused, of a move from `old` to `fresh`. */
function judged(before: Manifest[], after: Manifest[]) {
  const moves = movesOf(before, after, keyOf);
  return {
    moves: moves.length,
    pruned: prunedMoves(moves, after).map(({ file }) => file),
    refused: refusedMoves(moves, after),
  };
}

describe('an object that moves to another Application', () => {
  test('is taken over, and never away, where the folder that it leaves is gone', () => {
    expect(judged([policy('old')], [policy('fresh'), application('fresh')])).toEqual({
      moves: 1,
      pruned: [],
      refused: [],
    });
  });

  test('is pruned first where the Application that it leaves stays', () => {
    expect(judged([policy('old'), other('old')], [policy('fresh'), other('old')]).pruned).toEqual([
      'old/networkpolicy-default-deny.yaml',
    ]);
  });

  test('is kept there by Prune=false', () => {
    expect(judged([policy('old', KEPT), other('old')], [policy('fresh'), other('old')]).pruned).toEqual([]);
  });

  test('is refused by an Application that shares nothing, for as long as the other one owns it', () => {
    const after = [policy('fresh'), application('fresh', [FAIL])];
    const refusal = [
      'old/networkpolicy-default-deny.yaml: NetworkPolicy default-deny: Application fresh refuses what Application old still owns',
    ];
    expect(judged([policy('old')], after).refused).toEqual(refusal);
    expect(judged([policy('old', KEPT), other('old')], [...after, other('old')]).refused).toEqual(refusal);
    expect(judged([policy('old'), other('old')], [...after, other('old')]).refused).toEqual([]);
  });

  test('is none that stays where it is', () => {
    expect(judged([policy('old')], [policy('old')]).moves).toBe(0);
  });
});
