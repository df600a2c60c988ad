// SPDX-License-Identifier: GPL-3.0-or-later
// Flamenco 3 job type: a folder of takes to SMPL motions, baked scenes if asked for, and a summary.
// Put it into the folder `scripts` beside flamenco-manager; docs/farm.md explains it.

const JOB_TYPE = {
    label: "LSMPLify: Solve Takes",
    description: "Solve a folder of marker or keypoint tracks to SMPL motions, in parts",
    settings: [
        { key: "takes", type: "string", subtype: "dir_path", required: true,
          description: "Folder of takes (C3D, TRC, CSV, NumPy), seen by every worker" },
        { key: "out", type: "string", subtype: "dir_path", required: true,
          description: "Folder for the motions, manifest.jsonl and the summary" },
        { key: "shards", type: "int32", default: 10, required: true,
          description: "Parts that the takes are split into; a task each" },
        { key: "jobs", type: "int32", default: 1, visible: "submission",
          description: "Takes that one worker solves side by side" },
        { key: "options", type: "string", default: "", visible: "submission",
          description: "More options of `lsmplify solve`, for example --layout CMU_41" },
        { key: "bake", type: "string", default: "none", choices: ["none", "blend", "fbx", "bvh"],
          visible: "submission", description: "What Blender makes of every solved take" },
        { key: "lsmplify", type: "string", default: "lsmplify", visible: "submission",
          description: "The lsmplify command on the workers, or a variable of the manager such as {lsmplify}" },
        { key: "blender", type: "string", default: "{blender}", visible: "submission",
          description: "Blender on the workers; {blender} is the manager's own variable" },
    ],
};

// Called by the manager when the job is submitted: one solve task a part, its bake, one summary.
function compileJob(job) {
    const settings = job.settings;
    checkSettings(settings);
    const summary = author.Task("summary", "misc");
    summary.addCommand(author.Command("exec", {
        exe: settings.lsmplify,
        args: ["summary", settings.out,
               "--json", settings.out + "/summary.json", "--html", settings.out + "/summary.html"],
    }));
    for (let shard = 1; shard <= settings.shards; shard++) {
        const solve = solveTask(settings, shard);
        job.addTask(solve);
        summary.addDependency(solve);
        if (settings.bake !== "none") {
            const bake = bakeTask(settings, shard);
            bake.addDependency(solve);
            job.addTask(bake);
            summary.addDependency(bake);
        }
    }
    job.addTask(summary);
}

// Solve one part. Takes that fail are kept in the manifest and do not fail the task.
function solveTask(settings, shard) {
    const task = author.Task(taskName("solve", shard, settings), "misc");
    task.addCommand(author.Command("exec", {
        exe: settings.lsmplify,
        args: ["solve", settings.takes, "-o", settings.out,
               "--shard", shard + "/" + settings.shards, "--resume", "--record-failures",
               "--jobs", String(settings.jobs || 1)].concat(words(settings.options)),
    }));
    return task;
}

// Bake one part: `blender --background --command lsmplify bake` for each of its solved takes.
function bakeTask(settings, shard) {
    const task = author.Task(taskName("bake", shard, settings), "blender");
    task.addCommand(author.Command("exec", {
        exe: settings.lsmplify,
        args: ["bake", settings.takes, "--solved", settings.out, "--format", settings.bake,
               "--blender", settings.blender,
               "--shard", shard + "/" + settings.shards, "--resume", "--record-failures",
               "--options=" + (settings.options || "")],
    }));
    return task;
}

// solve-007-of-100: sorted by name as they are by number.
function taskName(what, shard, settings) {
    let number = String(shard);
    while (number.length < String(settings.shards).length) number = "0" + number;
    return what + "-" + number + "-of-" + settings.shards;
}

// Options as a shell would split them, with "double" and 'single' quotes for values with spaces.
function words(text) {
    const found = [];
    const pattern = /((?:[^\s"']|"[^"]*"|'[^']*')+)/g;
    let match = pattern.exec(text || "");
    while (match !== null) {
        found.push(match[1].replace(/"([^"]*)"|'([^']*)'/g, (_, a, b) => a === undefined ? b : a));
        match = pattern.exec(text);
    }
    return found;
}

function checkSettings(settings) {
    if (!(settings.shards >= 1)) throw new Error("shards: give 1 or more parts");
    if (["none", "blend", "fbx", "bvh"].indexOf(settings.bake) < 0) {
        throw new Error("bake: choose none, blend, fbx or bvh, not " + settings.bake);
    }
}
