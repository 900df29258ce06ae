/**
 * What Argo CD thinks of an Application as a resource of another one. Without it an Application is healthy as soon as it exists, and waves
 * between Applications wait for nothing (docs/operator-manual/health.md of v3.5.1: the built-in check is gone since 1.8).
 *
 * Its own `status.health` is not enough. An Application counts as healthy while resources of it are missing, provided one is there
 * (controller/health.go), as the namespaces are after the bootstrap; and as synced while a hook of its first sync still runs, since hooks
 * are not compared. So a healthy Application that is not synced, or whose first sync has not succeeded yet, counts as
 * - Progressing while that sync is to come or running,
 * - Degraded after one that failed for good, which ends the sync of the root instead of letting it wait for ever.
 * One whose sync succeeded once stays healthy: a paused Application must not hold up the others. The Application that manages itself is
 * left out: its sync is the one that waits.
 */
export const APPLICATION_HEALTH = `local report = { status = "Progressing", message = "Not reconciled yet" }
local status = obj.status
if status == nil or status.health == nil or status.health.status == nil then
  return report
end
report.status = status.health.status
report.message = status.health.message or ""
local operation = status.operationState
local first = operation ~= nil and (status.history == nil or #status.history == 0)
if report.status ~= "Healthy" or (status.sync ~= nil and status.sync.status == "Synced" and not first) then
  return report
end
for _, resource in ipairs(status.resources or {}) do
  if resource.group == "argoproj.io" and resource.kind == "Application" and resource.name == obj.metadata.name then
    return report
  end
end
if operation == nil or operation.phase == "Running" or operation.phase == "Terminating" then
  report.status = "Progressing"
  report.message = "Not synced yet"
elseif operation.phase ~= "Succeeded" then
  report.status = "Degraded"
  report.message = operation.message or "The last sync failed"
end
return report
`;
