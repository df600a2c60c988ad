#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
# Submit a folder of takes to Slurm: an array that solves it in PARTS, and a summary after it.
#
#   farm/slurm/submit.sh takes/ solved/ 100 --layout CMU_41
#
# SBATCH_OPTIONS holds more options for the array ("--partition=cpu --account=mocap"), LSMPLIFY the
# command on the nodes where it is not on the PATH. Prints the number of the summary's job.
set -euo pipefail

takes=${1:?usage: submit.sh TAKES OUT PARTS [options of lsmplify solve]}
out=${2:?usage: submit.sh TAKES OUT PARTS [options of lsmplify solve]}
parts=${3:?usage: submit.sh TAKES OUT PARTS [options of lsmplify solve]}
shift 3
here=$(cd "$(dirname "$0")" && pwd)
[ -d "$takes" ] || { echo "error: $takes: there is no such folder" >&2; exit 2; }
[[ $parts =~ ^[1-9][0-9]*$ ]] || { echo "error: $parts is not a number of parts" >&2; exit 2; }
mkdir -p "$out/logs"

read -r -a more <<<"${SBATCH_OPTIONS:-}"
array=$(sbatch --parsable --array="1-$parts" --output="$out/logs/part_%a.log" "${more[@]}" \
	"$here/solve.sbatch" "$takes" "$out" "$@")
# afterany: a part that failed is in the summary too, as takes that are missing.
words="${LSMPLIFY:-lsmplify} summary $(printf %q "$out") --json $(printf %q "$out/summary.json")"
sbatch --parsable --job-name=lsmplify-summary --dependency="afterany:${array%%;*}" \
	--output="$out/logs/summary.log" --wrap="$words --html $(printf %q "$out/summary.html")"
