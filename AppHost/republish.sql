-- What scripts/republish does in each database.
begin;
select set_config('skillplatform.since', :'since', true);
do $$
begin
  if to_regclass('public.mt_event_progression') is not null then
    -- Confirmed by the broker is not consumed: what lay in a queue is gone with it.
    update public.mt_event_progression
    set last_seq_id = least(last_seq_id, coalesce(
      (select min(seq_id) - 1 from public.mt_events where timestamp >= current_setting('skillplatform.since')::timestamptz),
      last_seq_id))
    where name = 'relay:All';
    -- Who begins at the beginning enters its progress, and must not find it there.
    delete from public.mt_event_progression where name = 'relay:All' and last_seq_id = 0;
  end if;
  -- Entries are kept for thirty days; a backup may have lain for some of them.
  if to_regclass('public.mt_doc_inbox') is not null then
    update public.mt_doc_inbox set data = jsonb_set(data, '{at}', to_jsonb(now()))
    where (data ->> 'at')::timestamptz < now() - interval '1 day';
  end if;
end $$;
commit;
-- The relay reads where it stands when it begins: whoever leads begins anew. The lock is that of Leader in services/EventSourcing/Relay.cs.
select pg_terminate_backend(pid) from pg_locks
where locktype = 'advisory' and (classid, objid, objsubid) = (83, 1802071148, 1) and granted
  and database = (select oid from pg_database where datname = current_database());
