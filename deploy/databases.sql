-- Makes each service's database, and the role that owns it and opens no other. Run as superuser, on the database postgres:
--   psql -v ON_ERROR_STOP=1 -f databases.sql
-- with the passwords in the environment. Needs psql 15 or later, the server may be older.

\getenv password CATALOG_DATABASE_PASSWORD
select 'create role skillplatform_catalog'
where not exists (select from pg_roles where rolname = 'skillplatform_catalog') \gexec
select format('alter role skillplatform_catalog login nosuperuser nocreatedb nocreaterole noreplication nobypassrls password %L', :'password') \gexec
select 'create database catalog'
where not exists (select from pg_database where datname = 'catalog') \gexec
alter database catalog owner to skillplatform_catalog;
revoke all on database catalog from public;

\getenv password PROPOSALS_DATABASE_PASSWORD
select 'create role skillplatform_proposals'
where not exists (select from pg_roles where rolname = 'skillplatform_proposals') \gexec
select format('alter role skillplatform_proposals login nosuperuser nocreatedb nocreaterole noreplication nobypassrls password %L', :'password') \gexec
select 'create database proposals'
where not exists (select from pg_database where datname = 'proposals') \gexec
alter database proposals owner to skillplatform_proposals;
revoke all on database proposals from public;

\getenv password NOTIFICATIONS_DATABASE_PASSWORD
select 'create role skillplatform_notifications'
where not exists (select from pg_roles where rolname = 'skillplatform_notifications') \gexec
select format('alter role skillplatform_notifications login nosuperuser nocreatedb nocreaterole noreplication nobypassrls password %L', :'password') \gexec
select 'create database notifications'
where not exists (select from pg_database where datname = 'notifications') \gexec
alter database notifications owner to skillplatform_notifications;
revoke all on database notifications from public;

\getenv password IDENTITY_DATABASE_PASSWORD
select 'create role skillplatform_identity'
where not exists (select from pg_roles where rolname = 'skillplatform_identity') \gexec
select format('alter role skillplatform_identity login nosuperuser nocreatedb nocreaterole noreplication nobypassrls password %L', :'password') \gexec
select 'create database identity'
where not exists (select from pg_database where datname = 'identity') \gexec
alter database identity owner to skillplatform_identity;
revoke all on database identity from public;

\getenv password WEB_DATABASE_PASSWORD
select 'create role skillplatform_web'
where not exists (select from pg_roles where rolname = 'skillplatform_web') \gexec
select format('alter role skillplatform_web login nosuperuser nocreatedb nocreaterole noreplication nobypassrls password %L', :'password') \gexec
select 'create database web'
where not exists (select from pg_database where datname = 'web') \gexec
alter database web owner to skillplatform_web;
revoke all on database web from public;
