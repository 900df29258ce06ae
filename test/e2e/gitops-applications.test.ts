import type { Api, LiveObject } from './api';
import { refresh, waitFor, type AppState } from './gitops-applications';

const ANNOTATION = 'argocd.argoproj.io/refresh';
const OLD = 'a'.repeat(40);
const HEAD = 'b'.repeat(40);

/**
 * One Application of an Argo CD that is slow: it compares with the commit that was the head when it began, and takes the annotation away when
 * it is done, also one that was written meanwhile.
 */
class SlowArgoCd {
  asked = 0;
  private revision = OLD;
  private pending = true;

  /** @param busyMilliseconds how long the comparison that is under way still takes */
  constructor(
    busyMilliseconds: number,
    private readonly milliseconds: number,
  ) {
    setTimeout(() => (this.pending = false), busyMilliseconds);
  }

  get api(): Api {
    return {
      list: () => Promise.resolve([this.application]),
      patch: () => Promise.resolve(this.refresh()),
    } as unknown as Api;
  }

  private refresh(): { status: number } {
    this.asked++;
    if (!this.pending) {
      this.pending = true;
      setTimeout(() => {
        this.pending = false;
        this.revision = HEAD;
      }, this.milliseconds);
    }
    return { status: 200 };
  }

  private get application(): LiveObject {
    return {
      apiVersion: 'argoproj.io/v1alpha1',
      kind: 'Application',
      metadata: { name: 'mysql', uid: '1', ...(this.pending && { annotations: { [ANNOTATION]: 'normal' } }) },
      status: { sync: { status: 'Synced', revision: this.revision } },
    } as unknown as LiveObject;
  }
}

describe('a look that was lost is asked for again', () => {
  beforeEach(() => jest.useFakeTimers());
  afterEach(() => jest.useRealTimers());

  const waited = async (argoCd: SlowArgoCd) => {
    const judge = ([state]: readonly AppState[]) => (state?.revision === HEAD ? [] : ['is behind']);
    const problems = waitFor(argoCd.api, judge, () => refresh(argoCd.api, ['mysql']));
    await jest.advanceTimersByTimeAsync(600_000);
    return problems;
  };

  test('after a comparison with the commit before that takes longer than all patience for lost ones', async () => {
    const argoCd = new SlowArgoCd(40_000, 1_000);
    await expect(waited(argoCd)).resolves.toEqual([]);
    expect(argoCd.asked).toBe(1);
  });

  test('and not for ever: what stays as it is gets told', async () => {
    const argoCd = new SlowArgoCd(1_000, 1_000_000);
    await expect(waited(argoCd)).resolves.toEqual(['is behind']);
  });
});
