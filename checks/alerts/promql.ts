import {
  AggregateExpr,
  And,
  BinaryExpr,
  Bottomk,
  CountValues,
  Eql,
  FunctionCall,
  FunctionCallBody,
  Gte,
  Gtr,
  BoolModifier,
  LimitK,
  LimitRatio,
  Lss,
  Lte,
  MatrixSelector,
  Neq,
  Or,
  parser,
  Quantile,
  SubqueryExpr,
  Topk,
  UnaryExpr,
  Unless,
} from '@prometheus-io/lezer-promql';
// the typed checker of the same package loads the editor it was written for, which costs more than all checks of a cluster together
import { getType } from '@prometheus-io/codemirror-promql/dist/cjs/parser/type';
import { getFunction, ValueType } from '@prometheus-io/codemirror-promql/dist/cjs/types/function';
import type { SyntaxNode, Tree } from '@lezer/common';

const COMPARISONS = [Eql, Neq, Lte, Lss, Gte, Gtr];
const SET_OPERATORS = [And, Or, Unless];
/** Aggregations with a parameter before the vector, and its type. */
const PARAMETERS: ReadonlyMap<number, ValueType> = new Map([
  ...[Topk, Bottomk, LimitK, LimitRatio, Quantile].map((id): [number, ValueType] => [id, ValueType.scalar]),
  [CountValues, ValueType.string],
]);

/** Strings in an expression. Whatever stands in them, the expression parses in the same way and has the same types. */
const TEXTS = /"(?:[^"\\]|\\.)+"/g;
/** Expressions without a mistake. Those of a component's instances differ in texts only, such as the namespace. */
const sound = new Set<string>();

/**
 * The first mistake in the PromQL expression of a rule, or undefined: in its grammar, in the number and types of arguments, in operands, or
 * in what it gives, which must be series or a number. The grammar and the signatures of functions are Prometheus' own (lezer-promql and codemirror-promql 0.314).
 */
export function promqlProblem(expression: string): string | undefined {
  const shape = expression.replaceAll(TEXTS, '"text"');
  if (sound.has(shape)) return undefined;
  const problem = problemOf(expression);
  if (problem === undefined) sound.add(shape);
  return problem;
}

function problemOf(expression: string): string | undefined {
  const tree = parser.parse(expression);
  const place = (node: SyntaxNode): string => `"${expression.slice(node.from, node.to)}"`;
  const broken = find(tree, (node) =>
    node.type.isError ? `it does not parse at character ${node.from}` : undefined,
  );
  // around a part that does not parse no type means anything
  if (broken !== undefined) return broken;
  const mistyped = find(tree, (node) => {
    const problem = typeProblem(node);
    return problem && `${problem} in ${place(node)}`;
  });
  return mistyped ?? unlessType(tree.topNode.firstChild, [ValueType.vector, ValueType.scalar], 'a rule');
}

/** The first thing that `look` says of a node, from the outside in. */
function find(tree: Tree, look: (node: SyntaxNode) => string | undefined): string | undefined {
  let found: string | undefined;
  tree.iterate({
    enter: ({ node }) => {
      found ??= look(node);
      return found === undefined;
    },
  });
  return found;
}

function typeProblem(node: SyntaxNode): string | undefined {
  switch (node.type.id) {
    case FunctionCall:
      return callProblem(node);
    case AggregateExpr:
      return aggregationProblem(node);
    case BinaryExpr:
      return operatorProblem(node);
    case MatrixSelector:
      return unlessType(node.getChild('Expr'), [ValueType.vector], 'a range');
    case SubqueryExpr:
      return unlessType(node.getChild('Expr'), [ValueType.vector], 'a subquery');
    case UnaryExpr:
      return unlessType(node.getChild('Expr'), [ValueType.vector, ValueType.scalar], 'a sign');
    default:
      return undefined;
  }
}

function callProblem(node: SyntaxNode): string | undefined {
  const id = node.firstChild?.firstChild?.type.id;
  if (id === undefined) return 'there is no such function';
  const { name, argTypes, variadic } = getFunction(id);
  const given = node.getChild(FunctionCallBody)?.getChildren('Expr') ?? [];
  const least = variadic === 0 ? argTypes.length : argTypes.length - 1;
  const most = variadic < 0 ? Infinity : least + variadic;
  if (given.length < least || given.length > most) return `${name}() has ${given.length} argument(s)`;
  return first(given, (argument, index) => {
    const wanted = argTypes[Math.min(index, argTypes.length - 1)];
    return wanted && unlessType(argument, [wanted], `${name}()`);
  });
}

function aggregationProblem(node: SyntaxNode): string | undefined {
  const given = node.getChild(FunctionCallBody)?.getChildren('Expr') ?? [];
  const parameter = PARAMETERS.get(node.firstChild?.firstChild?.type.id ?? -1);
  if (given.length !== (parameter ? 2 : 1)) return `the aggregation has ${given.length} argument(s)`;
  const [one, two] = given;
  if (!parameter) return unlessType(one, [ValueType.vector], 'an aggregation');
  return (
    unlessType(one, [parameter], 'its parameter') ?? unlessType(two, [ValueType.vector], 'an aggregation')
  );
}

function operatorProblem(node: SyntaxNode): string | undefined {
  const { firstChild: left, lastChild: right } = node;
  const operands = [ValueType.vector, ValueType.scalar];
  const wrong = unlessType(left, operands, 'an operator') ?? unlessType(right, operands, 'an operator');
  if (wrong !== undefined) return wrong;
  const scalars = [left, right].filter((side) => getType(side) === ValueType.scalar).length;
  const has = (ids: readonly number[]): boolean => ids.some((id) => node.getChild(id));
  if (scalars > 0 && has(SET_OPERATORS)) return 'and, or and unless need vectors on both sides';
  if (scalars === 2 && has(COMPARISONS) && !node.getChild(BoolModifier))
    return 'two numbers are compared without bool';
  return undefined;
}

function unlessType(
  node: SyntaxNode | null | undefined,
  wanted: readonly ValueType[],
  context: string,
): string | undefined {
  const type = getType(node ?? null);
  return wanted.includes(type) ? undefined : `${context} wants a ${wanted.join(' or ')} and gets a ${type}`;
}

function first<T>(
  items: readonly T[],
  find: (item: T, index: number) => string | undefined,
): string | undefined {
  for (const [index, item] of items.entries()) {
    const found = find(item, index);
    if (found !== undefined) return found;
  }
  return undefined;
}
