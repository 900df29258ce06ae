-- An example of a table that tenants share: each row belongs to one organization, and row-level security shows a transaction the rows of
-- the organization that it named, and no others: docs/row-level-security.md.

CREATE TABLE notes (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  -- the organization of the transaction, without the application saying so twice
  organization_id uuid NOT NULL DEFAULT nullif(current_setting('app.organization_id', true), '')::uuid,
  title text NOT NULL,
  body text NOT NULL DEFAULT '',
  created_at timestamptz NOT NULL DEFAULT now(),
  -- with the organization in it, a duplicate says nothing about the rows of others
  UNIQUE (organization_id, title)
);

ALTER TABLE notes ENABLE ROW LEVEL SECURITY;
-- without this the owner of the table, which migrations run as, would see everything
ALTER TABLE notes FORCE ROW LEVEL SECURITY;

-- Never set: NULL. Set in an earlier transaction of the same connection: empty. Both make NULL here, which equals nothing.
CREATE POLICY organization ON notes
  USING (organization_id = nullif(current_setting('app.organization_id', true), '')::uuid)
  WITH CHECK (organization_id = nullif(current_setting('app.organization_id', true), '')::uuid);
