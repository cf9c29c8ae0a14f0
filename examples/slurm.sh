#!/usr/bin/env bash
# A plan as a job array: each job does its part, in one folder on a disk that all nodes share.
#   sbatch --array=1-20 --export=PLAN=plan.yaml,RESULTS=results examples/slurm.sh
# When all have ended, graphspec batch "$PLAN" -o "$RESULTS" does what is missing and makes the tables.
#SBATCH --cpus-per-task=4
#SBATCH --mem=8G
#SBATCH --time=04:00:00
set -euo pipefail
graphspec batch "${PLAN:?}" -o "${RESULTS:?}" --log-json \
    --shard "${SLURM_ARRAY_TASK_ID:?}/${SLURM_ARRAY_TASK_COUNT:?}"
