interface Branch {
  readonly next: Map<string, Branch>;
  /** A text ends here. */
  isEnd: boolean;
}

const newBranch = (): Branch => ({ next: new Map(), isEnd: false });

/** Finds any of many texts in others, in a time that does not grow with their number. */
export class TextFinder {
  private readonly root = newBranch();

  constructor(texts: readonly string[]) {
    for (const text of texts) {
      let branch = this.root;
      for (const letter of text.split('')) {
        const next = branch.next.get(letter) ?? newBranch();
        branch.next.set(letter, next);
        branch = next;
      }
      branch.isEnd = text !== '';
    }
  }

  isIn(text: string): boolean {
    return this.replaceIn(text, '') !== text;
  }

  /** The text with each of the texts replaced; the longest where several begin in one place. */
  replaceIn(text: string, by: string): string {
    let result = '';
    for (let start = 0; start < text.length;) {
      const length = this.lengthAt(text, start);
      result += length ? by : text.charAt(start);
      start += length || 1;
    }
    return result;
  }

  private lengthAt(text: string, start: number): number {
    let branch: Branch | undefined = this.root;
    let longest = 0;
    for (let end = start; branch && end <= text.length; end++) {
      if (branch.isEnd) longest = end - start;
      branch = branch.next.get(text.charAt(end));
    }
    return longest;
  }
}
