#!/usr/bin/env bash
set -euo pipefail

# an admission webhook that comes up late refuses what it is for until then: five minutes of patience for each component
readonly ATTEMPTS=20 PAUSE_SECONDS=15

usage() {
  cat <<'TEXT'
usage: kind-proof.sh CLUSTER

Makes a kind cluster, applies every component of dist/CLUSTER in the order in which they roll out, and has `strata verify` compare:
the server must accept every object, and hold it as it is in git. Applications, certificates and backups are shown and not judged,
since the domain, disks and Secrets of CLUSTER are not there.

Needs kind and kubectl, which GitHub's Ubuntu runners have, and `npm ci` before. The kind cluster and its kubeconfig are removed
at the end.

exit code: 0 proved; 1 a problem, which is named; 2 wrong use
TEXT
}

fail() {
  if [ "${GITHUB_ACTIONS-}" = true ]; then echo "::error::$1"; else echo "error: $1"; fi
  exit 1
}

kube() { kubectl --kubeconfig "$kubeconfig" --context "kind-$name" "$@"; }

apply() {
  local attempt output
  for ((attempt = 1; ; attempt++)); do
    if output=$(kube apply --server-side --force-conflicts -f "$1" 2>&1); then return; fi
    if ((attempt == ATTEMPTS)); then
      echo "$output"
      fail "$1 is not accepted: see the messages above"
    fi
    sleep "$PAUSE_SECONDS"
  done
}

case "$#:${1-}" in
  1:--help) usage; exit 0 ;;
  1:?*) cluster=$1 ;;
  *) usage >&2; exit 2 ;;
esac

cd "$(git rev-parse --show-toplevel)"
[ -d "dist/$cluster" ] || fail "dist/$cluster is not there: run npm run synth"
for tool in kind kubectl; do
  command -v "$tool" >/dev/null || fail "$tool is missing: install it"
done

name=strata-$cluster
scratch=$(mktemp -d)
kubeconfig=$scratch/kubeconfig
trap 'kind delete cluster --name "$name" --kubeconfig "$kubeconfig"; rm -rf "$scratch"' EXIT

kind create cluster --name "$name" --kubeconfig "$kubeconfig" --wait 2m
kube apply --server-side -k "dist/$cluster/crds" >/dev/null
kube wait --for=condition=established --timeout=2m crd --all >/dev/null
node cli/strata.cjs list "$cluster" --output json >"$scratch/list.json"
for component in $(node -p "require('$scratch/list.json').components.map((row) => row.component).join(' ')"); do
  if [ "$component" = crds ]; then continue; fi
  echo "applying $component"
  apply "dist/$cluster/$component"
done

node cli/strata.cjs verify "$cluster" --context "kind-$name" --kubeconfig "$kubeconfig" --output json >"$scratch/verify.json" || true
node -e '
  const { groups, failures } = require(process.argv[1]);
  for (const { messages } of failures) console.log(messages.join("\n"));
  for (const { name, said } of groups) console.log(name + ": " + said);
  const judged = groups.filter(({ name }) => ["accepted", "drift"].includes(name));
  // a cluster that was refused has no groups
  process.exit(judged.length === 2 && judged.every(({ problems }) => !problems.length) ? 0 : 1);
' "$scratch/verify.json" || fail "$cluster is not as in git on this cluster: see the messages above"
echo "$cluster: every object is accepted, and as in git"
