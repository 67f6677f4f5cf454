/** The jobs API: submissions in memory, each of which moves to its end by itself. */

import { EventEmitter, on } from "node:events";

import { page, refused, said, scalars } from "./relay.mjs";

/** What becomes of a submission, step by step: its status, and the state that Slurm would give. */
const LIFE = [
  ["SUBMITTED", "PENDING"],
  ["SUBMITTED", "RUNNING"],
  ["SUBMITTED", "COMPLETING"],
  ["DONE", "COMPLETED"],
];

const FINAL = ["REJECTED", "DONE", "ABORTED", "CANCELLED"];

const NOW = "2026-01-31T12:00:00Z";

/** Resolvers for jobs that take a step each `step` milliseconds, on clusters that `hasCluster` knows. */
export function jobsResolvers(step, hasCluster) {
  const submissions = new Map();
  const changes = new EventEmitter({ captureRejections: false }).setMaxListeners(0);
  const script = scriptOfAll();
  const change = (submission, changed) => {
    Object.assign(submission, changed);
    changes.emit("change", { ...submission });
  };
  const live = (submission, [next, ...later]) =>
    setTimeout(() => {
      if (next === undefined || FINAL.includes(submission.status)) return;
      change(submission, { status: next[0], slurmJobState: next[1], slurmJobId: 1000 + submission.id });
      live(submission, later);
    }, step).unref();
  const submit = (input) => {
    if (input.jobScriptId !== script.id) return said("JobScriptNotFound", `no script ${input.jobScriptId}`);
    if (!hasCluster(input.clusterName)) return said("ClusterNotFound", `no cluster ${input.clusterName}`);
    const submission = created(submissions.size + 1, input);
    submissions.set(submission.id, submission);
    live(submission, LIFE);
    return { ...submission };
  };
  const cancel = (id) => {
    const submission = submissions.get(id);
    if (submission === undefined) return said("JobSubmissionNotFound", `no submission ${id}`);
    if (FINAL.includes(submission.status)) return said("JobSubmissionFinished", `submission ${id} is over`);
    change(submission, { status: "CANCELLED", slurmJobState: "CANCELLED" });
    return { ...submission };
  };
  const resolvers = {
    ...scalars,
    Query: {
      jobTemplates: (_, asked) => page([], "id", asked),
      jobTemplate: () => null,
      jobScripts: (_, asked) => page([script], "id", asked),
      jobScript: (_, { id }) => (id === script.id ? script : null),
      jobSubmissions: (_, asked) => page([...submissions.values()], "id", asked),
      jobSubmission: (_, { id }) => submissions.get(id) ?? null,
    },
    Mutation: {
      createJobSubmission: (_, { createJobSubmissionInput: input }) => submit(input),
      cancelJobSubmission: (_, { id }) => cancel(id),
    },
    Subscription: {
      jobSubmissionChanged: {
        subscribe: (_, { id }) => follow(submissions, changes, id),
        resolve: (submission) => submission,
      },
    },
  };
  return { resolvers };
}

/** The submission as it is, and after each change, to its end. */
async function* follow(submissions, changes, id) {
  if (id !== undefined && id !== null && !submissions.has(id)) throw refused("NOT_FOUND", `no submission ${id}`);
  // Listening begins before the present state is looked at, so that nothing is missed between.
  const changed = on(changes, "change");
  const isMeant = (submission) => id === undefined || id === null || submission.id === id;
  const isLast = (submission) => submission.id === id && FINAL.includes(submission.status);
  try {
    for (const submission of [...submissions.values()].filter(isMeant)) {
      yield { ...submission };
      if (isLast(submission)) return;
    }
    for await (const [submission] of changed) {
      if (!isMeant(submission)) continue;
      yield submission;
      if (isLast(submission)) return;
    }
  } finally {
    await changed.return();
  }
}

function created(id, input) {
  return {
    __typename: "JobSubmission",
    id,
    name: input.name,
    description: input.description ?? "",
    ownerEmail: "ada@acme.example",
    jobScriptId: input.jobScriptId,
    clusterName: input.clusterName,
    status: "CREATED",
    slurmJobId: null,
    slurmJobState: null,
    executionDirectory: input.executionDirectory ?? null,
    sbatchArguments: input.sbatchArguments ?? [],
    reportMessage: null,
    createdAt: NOW,
    updatedAt: NOW,
  };
}

function scriptOfAll() {
  return {
    __typename: "JobScript",
    id: 1,
    name: "hello",
    description: "Says hello",
    ownerEmail: "ada@acme.example",
    isArchived: false,
    parentTemplateId: null,
    createdAt: NOW,
    updatedAt: NOW,
    files: [{ filename: "job.sh", fileType: "ENTRYPOINT", content: "#!/bin/bash\necho hello\n" }],
  };
}
