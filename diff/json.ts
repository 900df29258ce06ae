import type { ObjectChange } from './changes';
import { nameOf } from '../checks/core/workloads';
import { countsOf, type ClusterReview } from './review';

/** What stands for a value that is not shown. */
export const HIDDEN = '(not shown)';

/** A review for programs: every line, and every changed field of every object. Values of Secrets are left out. */
export const toJson = (clusters: readonly ClusterReview[], base: string): object => ({
  base,
  clusters: clusters.map((review) => ({
    cluster: review.cluster,
    objects: review.objects,
    counts: countsOf(review.lines),
    lines: review.lines,
    settings: review.settings.map(({ key, place, old, new: wanted }) => ({ key, place, old, new: wanted })),
    changes: review.changes.map((change) => ({
      action: change.action,
      object: nameOf(change.object),
      component: change.component,
      file: `dist/${review.cluster}/${change.file}`,
      ...(change.from !== undefined && { from: change.from }),
      fields: fieldsOf(change),
    })),
  })),
});

const fieldsOf = ({ fields, object }: ObjectChange): object[] =>
  fields.map(({ path, old, new: wanted }) =>
    object.kind === 'Secret' ? { path, old: HIDDEN, new: HIDDEN } : { path, old, new: wanted },
  );
