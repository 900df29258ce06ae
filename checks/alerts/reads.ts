import {
  Identifier,
  LabelMatchers,
  LabelName,
  MatchOp,
  MatrixSelector,
  OffsetExpr,
  parser,
  StringLiteral,
  SubqueryExpr,
  UnquotedLabelMatcher,
  VectorSelector,
} from '@prometheus-io/lezer-promql';
import type { SyntaxNode } from '@lezer/common';
import { secondsOf } from './durations';
import type { Matcher } from './matchers';

/** Series that an expression looks at. */
export interface Read {
  /** Name of the series; undefined where the expression names none. */
  readonly series: string | undefined;
  readonly matchers: readonly Matcher[];
  /** How many seconds of the past it looks at, counted from now; 0 for the last value alone. */
  readonly window: number;
}

const DURATION = 'NumberDurationLiteralInDurationContext';
const QUOTES = 1;

/** Every selector of a PromQL expression that parses. */
export function readsOf(expression: string): Read[] {
  const found: Read[] = [];
  const text = ({ from, to }: SyntaxNode): string => expression.slice(from, to);
  parser.parse(expression).iterate({
    enter: ({ node }) => {
      if (node.type.id === VectorSelector) found.push(readOf(node, text));
    },
  });
  return found;
}

function readOf(selector: SyntaxNode, text: (node: SyntaxNode) => string): Read {
  const matchers = (selector.getChild(LabelMatchers)?.getChildren(UnquotedLabelMatcher) ?? []).map(
    (matcher) => matcherOf(matcher, text),
  );
  const identifier = selector.getChild(Identifier);
  const named = matchers.find(({ label, operator }) => label === '__name__' && operator === '=');
  return { series: identifier ? text(identifier) : named?.value, matchers, window: windowOf(selector, text) };
}

const matcherOf = (matcher: SyntaxNode, text: (node: SyntaxNode) => string): Matcher => {
  const [label, operator, value] = [LabelName, MatchOp, StringLiteral].map((id) => matcher.getChild(id));
  return {
    label: label ? text(label) : '',
    operator: operator ? text(operator) : '',
    value: value ? text(value).slice(QUOTES, -QUOTES) : '',
  };
};

/** Ranges, subqueries and offsets around a selector add up. */
function windowOf(selector: SyntaxNode, text: (node: SyntaxNode) => string): number {
  let seconds = 0;
  for (let node: SyntaxNode | null = selector; node; node = node.parent)
    if ([MatrixSelector, SubqueryExpr, OffsetExpr].includes(node.type.id))
      seconds += durationsIn(node).reduce((sum, one) => sum + (secondsOf(text(one)) ?? 0), 0);
  return seconds;
}

/** Those of the node itself, not of what it looks at. A subquery has two: its range, and the step that its last value may be old. */
const durationsIn = (node: SyntaxNode): SyntaxNode[] =>
  ['DurationExpr', 'OffsetDurationExpr'].flatMap((kind) =>
    node.getChildren(kind).flatMap((one) => one.getChildren(DURATION)),
  );
