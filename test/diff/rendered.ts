import { filesOf } from '../../cli/render-files';
import { renderCluster } from '../../cli/pipeline';
import { parseSettings } from '../../cli/load';
import { Change, CLUSTER, SETTINGS } from './change';

/** The real cluster, changed by its settings. */
export class Rendered extends Change {
  /** Changes the settings, and renders them. */
  settings(from: string | RegExp, to: string): this {
    this.settingsOnly(from, to);
    const { settings, problems } = parseSettings(this.text, SETTINGS, CLUSTER);
    if (!settings) throw new Error(JSON.stringify(problems));
    this.files = new Map(filesOf(renderCluster(settings)).map(({ path, content }) => [path, content]));
    return this;
  }
}
