// Health of the objects of CloudNativePG v1.30.1 and of Barman Cloud v0.15.0, in Lua. Argo CD v3.5.1 knows the Cluster alone, and by its
// phase alone: one whose archive is dead counts as healthy, and a roll-out of a new configuration as degraded, which ends a sync.

/**
 * Phases: api/v1/cluster_types.go; conditions beside it. One that only time is needed for is Progressing. A base backup that failed is an
 * alert and no illness: it would hold up every roll-out until the next night. What git stops is well when it has stopped: the operator waits with
 * it as long as the cluster is not healthy (pkg/reconciler/hibernation/status.go).
 */
const CLUSTER = `local report = { status = "Progressing", message = "Waiting for the operator" }
local status = obj.status
if obj.metadata.annotations ~= nil and obj.metadata.annotations["cnpg.io/hibernation"] == "on" then
  report.message = "Not stopped yet"
  for _, condition in ipairs((status or {}).conditions or {}) do
    if condition.type == "cnpg.io/hibernation" then
      report.message = condition.message or condition.reason
      if condition.status == "True" then
        report.status = "Healthy"
      end
    end
  end
  return report
end
if status == nil or status.phase == nil then
  return report
end
report.message = status.phase
if status.phaseReason ~= nil and status.phaseReason ~= "" then
  report.message = status.phase .. ": " .. status.phaseReason
end
local failed = {
  ["Waiting for user action"] = true,
  ["Cluster cannot proceed to reconciliation due to an unknown plugin being required"] = true,
  ["Cluster cannot proceed to reconciliation due to an error while interacting with plugins"] = true,
  ["Cluster has incomplete or invalid image catalog"] = true,
  ["Cluster is unrecoverable and needs manual intervention"] = true,
  ["Cluster cannot execute instance online upgrade due to missing architecture binary"] = true,
  ["Unable to create required cluster objects"] = true,
  ["Invalid cluster definition"] = true,
}
if failed[status.phase] then
  report.status = "Degraded"
  return report
end
if status.phase ~= "Cluster in healthy state" then
  return report
end
report.status = "Healthy"
for _, condition in ipairs(status.conditions or {}) do
  if condition.type == "ContinuousArchiving" and condition.status == "False" then
    report.status = "Degraded"
    report.message = condition.type .. ": " .. (condition.message or "failed")
  end
end
return report
`;

/** api/v1/pooler_types.go. */
const POOLER = `local report = { status = "Progressing", message = "Waiting for the operator" }
local status = obj.status
if status == nil or status.phase == nil then
  return report
end
report.message = status.phaseReason or status.phase
if status.phase == "active" then
  report.status = "Healthy"
elseif status.phase == "failed" then
  report.status = "Degraded"
elseif status.phase == "paused" then
  report.status = "Suspended"
end
return report
`;

/** api/v1/database_types.go. */
const DATABASE = `local report = { status = "Progressing", message = "Waiting for the server" }
local status = obj.status
if status == nil or status.applied == nil then
  return report
end
report.message = status.message or ""
if not status.applied then
  report.status = "Degraded"
elseif status.observedGeneration == obj.metadata.generation then
  report.status = "Healthy"
end
return report
`;

/** api/v1/scheduledbackup_types.go. What its backups come to is told by the Cluster and by alerts. */
const SCHEDULED_BACKUP = `local status = obj.status
if status ~= nil and status.error ~= nil and status.error ~= "" then
  return { status = "Degraded", message = status.error }
end
return { status = "Healthy", message = "" }
`;

/** api/v1/objectstore_types.go. A new one has no backup yet; one whose first backup failed leads nowhere. */
const OBJECT_STORE = `local report = { status = "Healthy", message = "" }
local windows = obj.status ~= nil and obj.status.serverRecoveryWindow or {}
for server, window in pairs(windows) do
  if window.lastFailedBackupTime ~= nil and window.lastSuccessfulBackupTime == nil then
    report.status = "Degraded"
    report.message = "No backup of " .. server .. " has succeeded yet"
  end
end
return report
`;

/** Kind, as argocd-cm names it → its check. */
export const POSTGRESQL_HEALTH: Readonly<Record<string, string>> = {
  'resource.customizations.health.postgresql.cnpg.io_Cluster': CLUSTER,
  'resource.customizations.health.postgresql.cnpg.io_Pooler': POOLER,
  'resource.customizations.health.postgresql.cnpg.io_Database': DATABASE,
  'resource.customizations.health.postgresql.cnpg.io_ScheduledBackup': SCHEDULED_BACKUP,
  'resource.customizations.health.barmancloud.cnpg.io_ObjectStore': OBJECT_STORE,
};
