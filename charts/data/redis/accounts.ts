/**
 * What applications may: data structures, transactions, scripts and messages, on keys and channels of their own. Not allowed is what reaches
 * beyond them: the commands that upstream calls dangerous (FLUSHALL, KEYS, CONFIG, DEBUG, MONITOR, INFO …), names of others' keys and
 * channels (SCAN and RANDOMKEY look at all keys whatever the pattern says), and scripts that all share (FUNCTION, SCRIPT FLUSH).
 */
const COMMANDS =
  '-@all +@read +@write +@connection +@transaction +@pubsub +@scripting -@dangerous -scan -randomkey -pubsub -function -script|flush -script|kill';

/** Whatever an application's keys begin with. */
export const prefixOf = (application: string): string => `${application}:`;

/** A line `account rules…` for prepare.sh, which puts the password between the two. */
const application = (name: string): string =>
  `${name} resetkeys ~${prefixOf(name)}* resetchannels &${prefixOf(name)}* ${COMMANDS}`;

/** Accounts of the server's own, for every use. */
const EXPORTER =
  // exporter/exporter.go and slowlog.go of redis_exporter v1.86.0, all that it asks for without CONFIG and keys to look at
  'exporter resetkeys resetchannels -@all +ping +info +client|setname +latency|latest +latency|histogram +slowlog|len +slowlog|get';
/** A copy of all data by the protocol of replication, and a key of its own in it. */
const BACKUP = 'backup resetchannels resetkeys ~strata:* -@all +ping +set +sync +psync +replconf';
/** Brings all of it back (backup/restore.sh). */
const RESTORE = 'restore resetchannels resetkeys ~* -@all +@write +@connection +@read -@dangerous +flushall';

/** The rules of all accounts, one a line. Those of backup and restore are only where something is kept. */
export const accountRules = (applications: readonly string[], keeps: boolean): string =>
  [...applications.map(application), EXPORTER, ...(keeps ? [BACKUP, RESTORE] : [])]
    .map((line) => `${line}\n`)
    .join('');
