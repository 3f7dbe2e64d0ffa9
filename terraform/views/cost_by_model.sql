-- A row a day and dbt model. Queries are priced by the TiB that they bill; slots of a reservation are not.
with jobs as (
  select
    timestamp as finished_at,
    proto_payload.audit_log.metadata.jobChange.job.jobConfig.labels as labels,
    proto_payload.audit_log.metadata.jobChange.job.jobStats as stats
  from `${project}`.`${log}`._AllLogs
)

select
  date(finished_at) as day,
  coalesce(json_value(labels.node), 'other') as model,
  count(*) as jobs,
  sum(safe_cast(json_value(stats.queryStats.totalBilledBytes) as int64)) as bytes_billed,
  sum(safe_cast(json_value(stats.totalSlotMs) as int64)) as slot_ms,
  round(sum(safe_cast(json_value(stats.queryStats.totalBilledBytes) as int64)) / pow(1024, 4) * 6.25, 4) as usd
from jobs
group by day, model
