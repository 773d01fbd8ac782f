#!/usr/bin/env bash
# A SLURM cluster of one machine, for tests: this one, with all its cores and memory.
#
#     tests/cluster/slurm.sh            set up (again: nothing happens if it is up)
#     tests/cluster/slurm.sh --stop     take down: cancels all jobs, ends the daemons, removes the folder
#     export SLURM_CONF=$(tests/cluster/slurm.sh --conf)    afterwards, where jobs are submitted
#
# Runs as root on a Debian (tried: 12) with or without systemd, in a container too. Installs slurm-wlm and munge if they
# are missing. Key, socket, configuration, state and logs lie in /tmp/stiltwalk-slurm, or in STILTWALK_SLURM; what the
# packages put into /etc is neither read nor changed. Never for a machine that belongs to a cluster.
#
# Two partitions hold the same node: `main`, and `urgent`, whose jobs pre-empt those of main (SIGTERM, 30 s, requeue).
set -euo pipefail

FOLDER=${STILTWALK_SLURM:-/tmp/stiltwalk-slurm}
HOST=$(hostname -s)
export SLURM_CONF=$FOLDER/slurm.conf
export PATH=$PATH:/usr/sbin:/sbin

say() { echo "slurm.sh: $*" >&2; }

fail() {
    say "$@"
    tail -n 20 "$FOLDER"/*.log >&2 || true
    exit 1
}

# whether the daemon whose pid file is named runs
runs() { [ -s "$FOLDER/$1.pid" ] && kill -0 "$(cat "$FOLDER/$1.pid" 2>/dev/null)" 2>/dev/null; }

idle() { [ "$(timeout 5 sinfo --noheader --partition main --format %T 2>/dev/null)" = idle ]; }

# wait until a command succeeds, at most so many seconds
within() {
    local until=$((SECONDS + $1))
    shift
    until "$@"; do
        [ "$SECONDS" -lt "$until" ] || return 1
        sleep 0.5
    done
}

gone() { ! runs "$1"; }

stop() {
    if [ -f "$SLURM_CONF" ] && runs slurmctld; then
        timeout 10 scancel --user root 2>/dev/null || true
        timeout 30 bash -c 'while [ -n "$(squeue --noheader)" ]; do sleep 0.5; done' || true
    fi
    for daemon in slurmd slurmctld munged; do
        if runs $daemon; then
            kill "$(cat "$FOLDER/$daemon.pid")"
            within 20 gone $daemon || kill -KILL "$(cat "$FOLDER/$daemon.pid")"
        fi
    done
    rm -rf "$FOLDER"
}

install_packages() {
    local program
    for program in slurmctld slurmd munged sbatch ""; do
        if [ -z "$program" ]; then return; fi
        command -v "$program" >/dev/null || break
    done
    say "installing slurm-wlm and munge"
    # their packages would start daemons of their own, that this cluster does not use
    local policy=/usr/sbin/policy-rc.d
    if [ ! -e $policy ]; then
        printf '#!/bin/sh\nexit 101\n' >$policy
        chmod +x $policy
        trap "rm -f $policy" EXIT
    fi
    apt-get update -qq
    DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends slurm-wlm munge >/dev/null
}

configure() {
    mkdir -p "$FOLDER"/{state,spool,munge}
    chmod 755 "$FOLDER"
    chmod 700 "$FOLDER/munge"
    [ -s "$FOLDER/munge/key" ] || (umask 077 && head -c 1024 /dev/urandom >"$FOLDER/munge/key")
    # what slurmd finds on this machine: CPUs, sockets, cores; a little memory is left to the daemons
    local found memory
    found=$(slurmd -C 2>/dev/null | grep -m1 -o 'CPUs=.*ThreadsPerCore=[0-9]*')
    memory=$(awk '/MemTotal/ {print int($2 / 1024 * 0.9)}' /proc/meminfo)
    cat >"$SLURM_CONF" <<CONF
ClusterName=stiltwalk
SlurmctldHost=$HOST(127.0.0.1)
SlurmctldPort=16817
SlurmdPort=16818
SlurmUser=root
SlurmdUser=root
AuthType=auth/munge
# a requeued job may begin once the credentials of its last run have expired: usually two minutes
AuthInfo=socket=$FOLDER/munged.socket,cred_expire=5
CredType=cred/munge
StateSaveLocation=$FOLDER/state
SlurmdSpoolDir=$FOLDER/spool
SlurmctldPidFile=$FOLDER/slurmctld.pid
SlurmdPidFile=$FOLDER/slurmd.pid
SlurmctldLogFile=$FOLDER/slurmctld.log
SlurmdLogFile=$FOLDER/slurmd.log
# no cgroups: a container seldom lets anybody make them
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
JobAcctGatherType=jobacct_gather/none
AccountingStorageType=accounting_storage/none
MpiDefault=none
MailProg=/bin/true
ReturnToService=2
SelectType=select/cons_tres
SelectTypeParameters=CR_Core_Memory
SchedulerType=sched/backfill
SchedulerParameters=batch_sched_delay=1,sched_interval=5,bf_interval=5
JobRequeue=1
KillWait=10
OverTimeLimit=0
MessageTimeout=20
SlurmctldTimeout=30
SlurmdTimeout=60
PreemptType=preempt/partition_prio
PreemptMode=REQUEUE
NodeName=$HOST NodeAddr=127.0.0.1 $found RealMemory=$memory State=UNKNOWN
PartitionName=DEFAULT Nodes=$HOST State=UP MaxTime=INFINITE DefaultTime=10 DefMemPerCPU=1000
PartitionName=main Default=YES PriorityTier=1 GraceTime=30
PartitionName=urgent PriorityTier=2 PreemptMode=OFF
CONF
}

start() {
    if runs munged && runs slurmctld && runs slurmd && within 5 idle; then
        say "is up already"
        return
    fi
    [ "$(id -u)" = 0 ] || { say "needs root: SLURM starts jobs for their users"; exit 1; }
    install_packages
    configure
    runs munged || munged --key-file="$FOLDER/munge/key" --socket="$FOLDER/munged.socket" \
        --pid-file="$FOLDER/munged.pid" --log-file="$FOLDER/munged.log" --seed-file="$FOLDER/munge/seed" \
        || fail "munged does not start"
    within 10 test -S "$FOLDER/munged.socket" || fail "munged made no socket"
    runs slurmctld || slurmctld || fail "slurmctld does not start"
    runs slurmd || slurmd || fail "slurmd does not start"
    within 60 idle || fail "the node is not idle after a minute: $(sinfo 2>&1)"
    say "up: $(sinfo --noheader --partition main --format '%n, %c cores, %m MB')"
}

case "${1:-}" in
    "") start ;;
    --stop) stop ;;
    --conf) echo "$SLURM_CONF" ;;
    *) say "no such option: $1 (there are --stop and --conf)"; exit 2 ;;
esac
