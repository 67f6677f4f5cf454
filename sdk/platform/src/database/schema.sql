-- Every table. A change here counts `VERSION` in database.rs up.
-- Times are milliseconds since 1970; JSON is kept as text.
CREATE TABLE clusters (
    organization TEXT NOT NULL,
    name TEXT NOT NULL,
    status TEXT NOT NULL,
    -- When `preparing` becomes `ready`.
    ready_at INTEGER,
    client_id TEXT NOT NULL,
    description TEXT NOT NULL,
    owner_email TEXT NOT NULL,
    provider TEXT NOT NULL,
    cluster_type TEXT NOT NULL,
    cloud_account_id INTEGER,
    creation_parameters TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    PRIMARY KEY (organization, name)
) STRICT, WITHOUT ROWID;
CREATE TABLE job_templates (
    -- Never given twice, as everywhere below: whoever remembers an id must not meet another thing.
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    organization TEXT NOT NULL,
    name TEXT NOT NULL,
    identifier TEXT,
    description TEXT NOT NULL,
    owner_email TEXT NOT NULL,
    is_archived INTEGER NOT NULL,
    template_vars TEXT NOT NULL,
    files TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL,
    UNIQUE (organization, identifier)
) STRICT;
CREATE INDEX job_templates_of ON job_templates (organization, id);
CREATE TABLE job_scripts (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    organization TEXT NOT NULL,
    name TEXT NOT NULL,
    description TEXT NOT NULL,
    owner_email TEXT NOT NULL,
    is_archived INTEGER NOT NULL,
    parent_template_id INTEGER,
    files TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL
) STRICT;
CREATE INDEX job_scripts_of ON job_scripts (organization, id);
CREATE TABLE job_submissions (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    organization TEXT NOT NULL,
    name TEXT NOT NULL,
    description TEXT NOT NULL,
    owner_email TEXT NOT NULL,
    job_script_id INTEGER,
    cluster_name TEXT NOT NULL,
    execution_directory TEXT,
    sbatch_arguments TEXT NOT NULL,
    -- What is said about its end, once it has come to it.
    report TEXT,
    created_at INTEGER NOT NULL,
    -- When it takes which step, and how it ends, unless it is cancelled.
    submitted_at INTEGER NOT NULL,
    running_at INTEGER NOT NULL,
    completing_at INTEGER NOT NULL,
    finished_at INTEGER NOT NULL,
    outcome TEXT NOT NULL,
    cancelled_at INTEGER,
    slurm_number INTEGER NOT NULL
) STRICT;
CREATE INDEX job_submissions_of ON job_submissions (organization, id);
CREATE INDEX job_submissions_by_number ON job_submissions (organization, slurm_number);
CREATE TABLE realm (
    -- There is one row, or none.
    number INTEGER PRIMARY KEY CHECK (number = 1),
    secret BLOB NOT NULL,
    sessions TEXT NOT NULL
) STRICT;
