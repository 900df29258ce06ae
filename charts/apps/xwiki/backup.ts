import type { Image } from '../../../imports/images';
import type { BackupPlan, OwnStep } from '../../core/backup';
import type { MysqlDatabase } from '../../core/database';
import type { Labels } from '../../core/labels';
import type { Endpoint } from '../../core/network';
import { mebi, type Memory } from '../../core/quantities';
import { keyOf, type SecretRef } from '../../core/secrets';
import { claimVolume, type Volume } from '../../core/volumes';
import archive from './backup/archive.sh';
import attachmentRows from './backup/attachment-rows.sh';
import attachments from './backup/attachments.sh';
import exportScript from './backup/export.sh';
import files from './backup/files.sh';
import fit from './backup/fit.sh';
import importScript from './backup/import.sh';
import loadExport from './backup/load-export.sh';
import restoreFiles from './backup/restore-files.sh';
import unpackFiles from './backup/unpack-files.sh';
import unpack from './backup/unpack.sh';

interface PlanInput {
  readonly image: Image;
  readonly user: BackupPlan['user'];
  readonly database: MysqlDatabase;
  /** Claim of its volume, and its size. */
  readonly claim: string;
  readonly size: Memory;
  /** Pods of the wiki, whose volume only one node can mount. */
  readonly wiki: Labels;
  /** Its web server. */
  readonly endpoint: Endpoint;
  /** Name and password of an administrator of the wiki. */
  readonly account: SecretRef;
}

const HOUR = 3600;
const VOLUME_FOLDER = '/usr/local/xwiki';
/** environment.permanentDirectory of the image (xwiki-docker, docker-entrypoint.sh). */
const PERMANENT_DIRECTORY = `${VOLUME_FOLDER}/data`;

/** tar, gzip, curl and unzip stream. */
const RESOURCES = { cpu: '100m', memory: mebi(32), memoryLimit: mebi(128) } as const;

/** Every night database and files, so that they fit together; and what the wiki itself exports, which another release can read too. */
export const xwikiPlans = (input: PlanInput): readonly BackupPlan[] => [dataPlan(input), exportPlan(input)];

function dataPlan({ image, user, database, claim, size, wiki }: PlanInput): BackupPlan {
  const volume = claimVolume(claim);
  const read: Volume = { ...volume, readOnly: true };
  const { steps } = database;
  const own = { image, resources: RESOURCES };
  const back = { ...own, args: [PERMANENT_DIRECTORY], mounts: { [VOLUME_FOLDER]: volume } };
  return {
    kind: 'logical',
    schedule: '15 2 * * *',
    maxAgeSeconds: 30 * HOUR,
    deadlineSeconds: 6 * HOUR,
    scratch: size,
    user,
    servers: [database.endpoint],
    beside: wiki,
    // this order: see files.sh
    dump: [
      steps.dump,
      {
        ...own,
        name: 'files',
        scripts: { 'files.sh': files },
        args: [PERMANENT_DIRECTORY],
        mounts: { [VOLUME_FOLDER]: read },
      },
      listing(database),
    ],
    load: [{ ...own, name: 'unpack', scripts: { 'unpack.sh': unpack } }, fitting(database)],
    // this order: what needs room on the volume has it before the database is exchanged
    restore: [
      { ...back, name: 'unpack-files', scripts: { 'unpack-files.sh': unpackFiles } },
      steps.restore,
      { ...back, name: 'restore-files', scripts: { 'restore-files.sh': restoreFiles } },
    ],
    before: steps.before,
  };
}

/** What the database names after the files were packed. */
const listing = ({ database, steps }: MysqlDatabase): OwnStep => ({
  ...steps.session,
  name: 'attachments',
  env: { ...steps.session.env, DATABASE: database },
  scripts: {
    'attachments.sh': attachments,
    'attachment-rows.sh': attachmentRows,
    ...steps.session.scripts,
  },
});

const fitting = ({ database, steps }: MysqlDatabase): OwnStep => ({
  ...steps.load,
  args: ['fit.sh'],
  env: { ...steps.load.env, DATABASE: database },
  scripts: { ...steps.load.scripts, 'fit.sh': fit, 'attachment-rows.sh': attachmentRows },
});

function exportPlan({ image, user, size, endpoint, account }: PlanInput): BackupPlan {
  const step = (name: string, script: Readonly<Record<string, string>>): OwnStep => ({
    name,
    image,
    resources: RESOURCES,
    scripts: { ...script, 'archive.sh': archive },
  });
  const client = {
    args: [`http://${endpoint.host}:${endpoint.port}`],
    env: { XWIKI_USER: keyOf(account, 'username'), XWIKI_PASSWORD: keyOf(account, 'password') },
  };
  return {
    kind: 'export',
    schedule: '45 2 * * *',
    maxAgeSeconds: 30 * HOUR,
    deadlineSeconds: 3 * HOUR,
    scratch: size,
    user,
    servers: [endpoint],
    dump: [{ ...step('export', { 'export.sh': exportScript }), ...client }],
    load: [step('load', { 'load-export.sh': loadExport })],
    restore: [{ ...step('import', { 'import.sh': importScript }), ...client }],
  };
}
