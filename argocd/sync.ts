/**
 * How every Application is synced: by itself, with what vanished from git pruned and what was changed by hand put back.
 *
 * @param takesOver whether it may apply objects that another Application owns; they are its own from then on
 */
export const syncPolicy = (takesOver: boolean) => ({
  // enabled is written down: only what git says can be healed, and somebody may have switched it off by hand
  automated: { enabled: true, prune: true, selfHeal: true },
  syncOptions: [
    // fields of other owners stay theirs, and no annotation has to hold the whole object
    'ServerSideApply=true',
    // a component that is pruned goes after everything new is healthy
    'PruneLast=true',
    // an unchanged object is not applied again
    'ApplyOutOfSyncOnly=true',
    // a namespace comes from its own component, with its policies, or not at all
    'CreateNamespace=false',
    // two Applications that render the same object would take turns for ever
    ...(takesOver ? [] : ['FailOnSharedResource=true']),
  ],
  // 5 s, 10 s, … 3 min: about 15 minutes of waiting for a webhook or a CRD that comes up late
  // and with what git says then: else the commit that mends it waits until those of the broken one are used up
  retry: { limit: 10, refresh: true, backoff: { duration: '5s', factor: 2, maxDuration: '3m' } },
});
