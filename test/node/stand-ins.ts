import { STAND_IN_IMAGES } from './stand-in-images';

/** Everything else in a run that is not as on a cluster. */
const STAND_INS = [
  {
    what: 'images',
    instead: 'the images below, under the very references of the manifests',
    reason: 'none can be pulled without a network; tags and digests are proved by the image lock',
  },
  {
    what: 'what is applied',
    instead: 'namespaces, priority and storage classes, and the components under test; no custom resources',
    reason: 'nobody acts on them here; `npm run e2e` proves that all are accepted',
  },
  {
    what: 'Secrets that components declare',
    instead: "generated values; the bucket's keys and the age identity are the run's",
    reason: 'no value is in the repository',
  },
  {
    what: 'age recipient',
    instead:
      "the run's own, in the settings that are rendered; nothing else of them is changed in the scenarios of backup",
    reason: 'nobody here has the identity of the example',
  },
  {
    what: 'Secrets that cert-manager writes',
    instead: 'made with openssl, with the names of the Certificate',
    reason: 'cert-manager does not run',
  },
  {
    what: 'volumes',
    instead: 'a local PersistentVolume per claim, a folder of this machine, without a limit',
    reason: 'no provisioner runs',
  },
  {
    what: 'the bucket',
    instead: "versitygw on the node, under the settings' host name and with TLS",
    reason: 'no S3 is to be had without a network',
  },
  {
    what: 'names',
    instead: 'CoreDNS beside the kubelet instead of in a pod, with the name of the bucket',
    reason: 'it needs no image then, and pods see no difference',
  },
  {
    what: 'the network plugin',
    instead:
      'ptp of the CNI plugins, and an engine of the run that enforces the NetworkPolicies with nftables',
    reason: 'no plugin that enforces them is to be had as a Go module',
  },
  {
    what: 'applications',
    instead: 'two clients per database, of the run: one takes it as applications do, one as migrations do',
    reason: 'no application of the cluster uses PostgreSQL yet',
  },
  {
    what: 'the node',
    instead: 'one node with the size of this machine, whatever the settings say',
    reason: 'the kernel tells the kubelet what there is',
  },
  {
    what: 'schedules of CronJobs',
    instead: 'a Job of each, made at once as `kubectl create job --from` does',
    reason: 'nobody waits for the night',
  },
] as const;

export function sayStandIns(say: (line: string) => void): void {
  for (const { what, instead, reason } of STAND_INS)
    say(`${what}\n  instead: ${instead}\n  since:   ${reason}`);
  for (const [repository, { instead, differs }] of Object.entries(STAND_IN_IMAGES))
    say(`image ${repository}\n  instead: ${instead}\n  differs: ${differs}`);
}
