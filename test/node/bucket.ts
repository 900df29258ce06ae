import { mkdirSync } from 'node:fs';
import { request } from 'node:https';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { sleep, type Processes } from '../e2e/processes';
import { ProgrammeError } from '../e2e/report';
import type { Authority } from './certificates';
import { execute } from './exec';
import { NODE_ADDRESS } from './namespace';

const READY_MILLISECONDS = 15_000;

export interface Bucket {
  /** Folder that holds the objects as files, one each. */
  readonly folder: string;
  /** Stores a file under this name. */
  readonly put: (file: string, name: string) => void;
}

interface Options {
  /** versitygw. */
  readonly program: string;
  readonly rclone: string;
  readonly processes: Processes;
  readonly folder: string;
  readonly authority: Authority;
  readonly host: string;
  readonly region: string;
  readonly name: string;
  readonly access: { readonly id: string; readonly secret: string };
}

/** An S3 server over TLS, at the port and under the name that the settings give, with the bucket made. Its objects are files of the run's folder. */
export async function startBucket(options: Options): Promise<Bucket> {
  const { processes, folder, authority, host, region, name, access } = options;
  const root = join(folder, 's3');
  const bucket = join(root, name);
  mkdirSync(bucket, { recursive: true });
  const pair = authority.issue([host]);
  processes.start('versitygw', options.program, [
    ...['--port', `${NODE_ADDRESS}:443`, '--region', region],
    ...['--access', access.id, '--secret', access.secret],
    ...['--cert', pair.certificate, '--key', pair.key],

    ...['posix', root],
  ]);
  const deadline = performance.now() + READY_MILLISECONDS;
  while (!(await answers(readFileSync(authority.certificate, 'utf8'), host))) {
    processes.check();
    if (performance.now() > deadline) throw new ProgrammeError(`The S3 server does not answer as ${host}`);
    await sleep(100);
  }
  const environment = [
    ...['RCLONE_CONFIG=/dev/null', 'RCLONE_S3_PROVIDER=Other', 'RCLONE_S3_NO_CHECK_BUCKET=true'],
    ...[`RCLONE_S3_ENDPOINT=https://${NODE_ADDRESS}`, `RCLONE_S3_REGION=${region}`],
    ...[`RCLONE_S3_ACCESS_KEY_ID=${access.id}`, `RCLONE_S3_SECRET_ACCESS_KEY=${access.secret}`],
  ];
  return {
    folder: bucket,
    put: (file, object) =>
      void execute('env', [
        ...environment,
        // its certificate is of the host name, which only pods can resolve
        ...[
          options.rclone,
          'copyto',
          '--no-check-certificate',
          '--ignore-times',
          file,
          `:s3:${name}/${object}`,
        ],
      ]),
  };
}

/** Whether it answers anything, under a name that its certificate holds for. */
const answers = (ca: string, host: string): Promise<boolean> =>
  new Promise((resolve) => {
    const sent = request(
      { host: NODE_ADDRESS, servername: host, ca, method: 'GET', path: '/' },
      (response) => {
        response.resume();
        resolve(response.statusCode !== undefined);
      },
    );
    sent.on('error', () => resolve(false));
    sent.end();
  });
