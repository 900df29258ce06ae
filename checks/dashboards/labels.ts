import {
  AggregateExpr,
  AggregateModifier,
  By,
  FunctionCall,
  FunctionIdentifier,
  GroupingLabels,
  GroupLeft,
  GroupRight,
  Identifier,
  LabelMatchers,
  LabelName,
  LabelReplace,
  MatchingModifierClause,
  MatchOp,
  On,
  parser,
  StringLiteral,
  UnquotedLabelMatcher,
  VectorSelector,
  Without,
} from '@prometheus-io/lezer-promql';
import type { SyntaxNode } from '@lezer/common';
import { labelsOfSeries } from '../../imports/metrics';

/** What an expression uses that is not there, and the labels of the series that it gives. */
export interface LabelUse {
  readonly problems: readonly string[];
  readonly labels: ReadonlySet<string>;
  /** Matchers, as they are written: `namespace`, `=~`, `"$namespace"`. */
  readonly matchers: readonly { readonly label: string; readonly operator: string; readonly value: string }[];
}

/** Follows the labels through a PromQL expression, from the series of imports/metrics.yaml outwards. */
export function labelUse(expression: string): LabelUse {
  const walk = new Walk(expression);
  const labels = walk.labelsOf(parser.parse(expression).topNode);
  return { problems: walk.problems, labels, matchers: walk.matchers };
}

class Walk {
  readonly problems: string[] = [];
  readonly matchers: { label: string; operator: string; value: string }[] = [];

  constructor(private readonly expression: string) {}

  /** The labels of what a node gives. Of several operands any may have a label: those of all count. */
  labelsOf(node: SyntaxNode): ReadonlySet<string> {
    switch (node.type.id) {
      case VectorSelector:
        return this.selector(node);
      case AggregateExpr:
        return this.aggregation(node);
      case FunctionCall:
        return this.call(node);
      default: {
        const labels = this.inside(node);
        const clause = node.getChild(MatchingModifierClause);
        return clause ? this.matched(clause, labels) : labels;
      }
    }
  }

  private inside(node: SyntaxNode): ReadonlySet<string> {
    return new Set(childrenOf(node).flatMap((child) => [...this.labelsOf(child)]));
  }

  private selector(node: SyntaxNode): ReadonlySet<string> {
    const name = node.getChild(Identifier);
    const series = name ? this.text(name) : '';
    const known = labelsOfSeries(series);
    if (!known)
      this.problems.push(`no exporter of imports/metrics.yaml gives ${series || 'series without a name'}`);
    for (const matcher of node.getChild(LabelMatchers)?.getChildren(UnquotedLabelMatcher) ?? []) {
      const [label, operator, value] = [LabelName, MatchOp, StringLiteral].map((id) => {
        const part = matcher.getChild(id);
        return part ? this.text(part) : '';
      }) as [string, string, string];
      this.matchers.push({ label, operator, value });
      if (known && !known.has(label)) this.problems.push(`${series} has no label ${label}`);
    }
    return known ?? new Set();
  }

  private aggregation(node: SyntaxNode): ReadonlySet<string> {
    const inner = this.inside(node);
    const modifier = node.getChild(AggregateModifier);
    if (!modifier) return keepsSeries(node) ? inner : new Set();
    const named = this.namesIn(modifier.getChild(GroupingLabels));
    if (modifier.getChild(Without)) return new Set([...inner].filter((label) => !named.includes(label)));
    if (modifier.getChild(By)) this.demand(named, inner, 'by');
    return keepsSeries(node) ? inner : new Set(named);
  }

  private call(node: SyntaxNode): ReadonlySet<string> {
    const labels = this.inside(node);
    if (!node.getChild(FunctionIdentifier)?.getChild(LabelReplace)) return labels;
    const [target] = textsIn(node).map((text) => this.text(text).slice(1, -1));
    return new Set([...labels, ...(target === undefined ? [] : [target])]);
  }

  /** Series are matched by labels that both sides have, so that what one side alone has is none to match by. */
  private matched(clause: SyntaxNode, labels: ReadonlySet<string>): ReadonlySet<string> {
    const lists = clause.getChildren(GroupingLabels).map((list) => this.namesIn(list));
    if (clause.getChild(On)) {
      const sides = childrenOf(clause.parent ?? clause).filter(
        ({ type }) => type.id !== MatchingModifierClause,
      );
      for (const side of [sides[0], sides.at(-1)])
        if (side) this.demand(lists[0] ?? [], new Walk(this.expression).labelsOf(side), 'on');
    }
    const many = clause.getChild(GroupLeft) ?? clause.getChild(GroupRight);
    return new Set([...labels, ...(many ? (lists.at(-1) ?? []) : [])]);
  }

  private demand(names: readonly string[], labels: ReadonlySet<string>, word: 'by' | 'on'): void {
    for (const name of names)
      if (!labels.has(name)) this.problems.push(`what ${word} (${name}) groups has no label ${name}`);
  }

  private namesIn(list: SyntaxNode | null): string[] {
    return list?.getChildren(LabelName).map((name) => this.text(name)) ?? [];
  }

  private text({ from, to }: SyntaxNode): string {
    return this.expression.slice(from, to);
  }
}

/** topk and its kin choose among series, and leave these as they are. */
const keepsSeries = (node: SyntaxNode): boolean =>
  ['Topk', 'Bottomk', 'LimitK', 'LimitRatio'].includes(node.firstChild?.firstChild?.type.name ?? '');

function childrenOf(node: SyntaxNode): SyntaxNode[] {
  const children: SyntaxNode[] = [];
  for (let child = node.firstChild; child; child = child.nextSibling) children.push(child);
  return children;
}

const textsIn = (node: SyntaxNode): SyntaxNode[] =>
  childrenOf(node).flatMap((child) =>
    child.type.id === StringLiteral ? [child] : child.name === 'FunctionCallBody' ? textsIn(child) : [],
  );
