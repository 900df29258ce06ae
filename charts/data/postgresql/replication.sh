#!/usr/bin/env bash
# Read by the other scripts: which server is the primary, what the others say of themselves, and how a standby comes to be.
# Environment: POD, DOMAIN (of the pods), SERVERS (names of all pods), VOLUME, PGDATA, PGHOST (folder of the socket), CONFIG, RECORD,
# AUTHORITY, PASSFILE.
#
# The primary is the one that the settings name: that file, and no vote, decides. See charts/data/postgresql/runbook.md.

# Present while start.sh works on the data directory, so that the probe leaves it alone.
# shellcheck disable=SC2034 # start.sh and live.sh use it
STARTING=$PGHOST/starting
# Whom this server follows; part of the configuration.
FOLLOW=$VOLUME/follow.conf
# Says that all in the data directory came from a primary: it may be thrown away. A primary's volume never has it.
REBUILDABLE=$VOLUME/rebuildable

fail() {
  echo "$POD: $*" >&2
  exit 1
}

# Name of the pod that the settings make the primary.
recorded_primary() {
  local primary
  primary=$(<"$RECORD")
  [[ " $SERVERS " == *" $primary "* ]] || fail "$RECORD names \"$primary\", which is none of: $SERVERS"
  echo "$primary"
}

others() {
  local server
  for server in $SERVERS; do
    [[ $server == "$POD" ]] || echo "$server"
  done
}

# How to reach a server as `replication`; its certificate has to be of that name.
conninfo() {
  echo "host=$1.$DOMAIN port=5432 user=replication passfile=$PASSFILE sslmode=verify-full sslrootcert=$AUTHORITY" \
    "connect_timeout=5"
}

# Answer of another server to a query, columns separated by `|`. Fails where it gives none.
ask() {
  PGOPTIONS='-c statement_timeout=5s' psql -XAtq "$(conninfo "$1") dbname=postgres" -c "$2" 2>/dev/null
}

# The same for a command of the replication protocol.
command_of() {
  psql -XAtq "$(conninfo "$1") dbname=postgres replication=true" -c "$2" 2>/dev/null
}

# A value of this server's own control file, by its label.
control() {
  LC_ALL=C pg_controldata "$PGDATA" | sed -n "s/^$1: *//p"
}

# 1/AB → its number.
lsn() {
  local high=${1%/*} low=${1#*/}
  echo $(((16#$high << 32) + 16#$low))
}

# Position → the name of its segment of 16 MiB, without the timeline.
segment() {
  printf '%08X%08X\n' $(($1 >> 32)) $((($1 & 0xFFFFFFFF) >> 24))
}

# Where the last record of WAL in the data directory begins, on the timeline $1 and from the position $2 on. Where there is none, the
# last one is before $2.
last_record() {
  local last
  last=$(pg_waldump --path="$PGDATA/pg_wal" --timeline="$1" --start="$2" 2>/dev/null |
    sed -n 's/.*, lsn: \([0-9A-F]*\/[0-9A-F]*\), prev.*/\1/p' | tail -n 1) || true
  if [[ $last ]]; then lsn "$last"; else echo $(($(lsn "$2") - 1)); fi
}

# Whether the data directory can go on from what the primary $1 has. Sets VERDICT and REASON:
#   follows   yes
#   lags      the primary has thrown away WAL that is missing here
#   diverged  there is WAL here that is no part of the primary's history
#   foreign   the two have nothing in common
#   unknown   the primary does not answer
# and RECOVERING, t where the primary still waits for its promotion.
judge() {
  local primary=$1 answer system timeline own_timeline position position_timeline fork last oldest
  VERDICT=unknown REASON="$primary does not answer" RECOVERING=
  answer=$(command_of "$primary" IDENTIFY_SYSTEM) || return 0
  oldest=$(ask "$primary" "SELECT pg_is_in_recovery(), min(substr(name, 9)) FROM pg_ls_waldir() WHERE name ~ '^[0-9A-F]{24}\$'") ||
    return 0
  IFS='|' read -r system timeline _ <<<"$answer"
  IFS='|' read -r RECOVERING oldest <<<"$oldest"

  own_timeline=$(control "Latest checkpoint's TimeLineID")
  position=$(control 'Latest checkpoint location')
  position_timeline=$(control "Min recovery ending loc's timeline")
  if ((position_timeline >= own_timeline)); then
    own_timeline=$position_timeline
    position=$(control 'Minimum recovery ending location')
  fi

  if [[ $system != "$(control 'Database system identifier')" ]]; then
    VERDICT=foreign REASON="$primary is another database cluster (identifier $system)"
    return 0
  fi
  if ((timeline == own_timeline)) && [[ $(segment "$(lsn "$position")") > $oldest ]]; then
    VERDICT=follows REASON=
    return 0
  fi
  last=$(last_record "$own_timeline" "$position")
  if ((timeline != own_timeline)); then
    # lines of the history: timeline, position of its end, reason
    fork=$(command_of "$primary" "TIMELINE_HISTORY $timeline" | sed -n "s/^\(.*|\)\?$own_timeline\t\([0-9A-F/]*\)\t.*/\2/p") || return 0
    if [[ ! $fork ]] || ((last >= $(lsn "$fork"))); then
      VERDICT=diverged REASON="there is WAL of timeline $own_timeline here that is no part of ${primary}'s timeline $timeline"
      return 0
    fi
  fi
  if [[ $(segment "$last") < $oldest ]]; then
    VERDICT=lags REASON="$primary no longer has the WAL from $(segment "$last") on"
  else
    VERDICT=follows REASON=
  fi
}

# Has the server $1 keep what this one still needs. A slot that lost its WAL is made anew.
reserve_slot() {
  local slot=${POD//-/_}
  ask "$1" "SELECT pg_drop_replication_slot(slot_name) FROM pg_replication_slots
    WHERE slot_name = '$slot' AND wal_status = 'lost' AND NOT active" >/dev/null &&
    ask "$1" "SELECT pg_create_physical_replication_slot('$slot', true)
      WHERE NOT EXISTS (SELECT FROM pg_replication_slots WHERE slot_name = '$slot')" >/dev/null
}

# Copies the primary into an empty data directory, and tries until it is there.
build() {
  local primary
  while :; do
    primary=$(recorded_primary)
    [[ $primary != "$POD" ]] || fail "the settings make this server the primary, and it has no data yet"
    rm -rf "$PGDATA.new"
    echo "$POD: copying $primary"
    if reserve_slot "$primary"; then
      # not under the name of a standby, or what it has received would count as a confirmed commit; in the background, so that an order
      # to end is heard at once
      pg_basebackup --dbname="$(conninfo "$primary")" --pgdata="$PGDATA.new" --slot="${POD//-/_}" \
        --wal-method=stream --checkpoint=fast --no-password &
      if wait $!; then break; fi
    fi
    echo "$POD: $primary cannot be copied now; trying again in 5 s" >&2
    sleep 5 &
    wait $!
  done
  touch "$PGDATA.new/standby.signal"
  mv "$PGDATA.new" "$PGDATA"
  touch "$REBUILDABLE"
  sync -f "$VOLUME"
}

# Makes the data directory one that follows $1, or fails: from the first line on it cannot take a write.
follow() {
  local primary=$1
  if [[ -s $PGDATA/PG_VERSION ]]; then
    touch "$PGDATA/standby.signal"
    sync -f "$PGDATA"
    judge "$primary"
    case $VERDICT in
      follows)
        # all there is here, the primary has too, unless this is a primary of yesterday that hands over just now
        if [[ $RECOVERING == f ]]; then
          touch "$REBUILDABLE"
          # slots of those who followed this server; on a standby nobody would move them on
          rm -rf "$PGDATA"/pg_replslot/*
        fi
        ;;
      lags | diverged)
        [[ -e $REBUILDABLE ]] || refuse "$primary"
        echo "$POD: $REASON; building anew"
        mv "$PGDATA" "$PGDATA.old"
        rm -rf "$PGDATA.old"
        build
        ;;
      foreign) refuse "$primary" ;;
      unknown) echo "$POD: $REASON; starting as a standby with what is here" ;;
    esac
  else
    build
  fi
  reserve_slot "$primary" || true
  cat >"$FOLLOW.new" <<CONF
primary_conninfo = '$(conninfo "$primary") application_name=$POD'
primary_slot_name = '${POD//-/_}'
CONF
  mv "$FOLLOW.new" "$FOLLOW"
}

refuse() {
  fail "cannot follow $1: $REASON. Nothing is thrown away, since this volume may hold what no other has. When you are sure that" \
    "nothing of it is needed: kubectl delete pvc data-$POD --wait=false && kubectl delete pod $POD"
}

# A server that takes writes, and is not this one, or nothing.
other_primary() {
  local server
  for server in $(others); do
    if [[ $(ask "$server" 'SELECT pg_is_in_recovery()') == f ]]; then
      echo "$server"
      return
    fi
  done
}

# Two servers that take writes would each have what the other lacks.
refuse_second_primary() {
  local other
  other=$(other_primary)
  [[ ! $other ]] || fail "the settings make this server the primary, but $other is one already: set primary back to it, or hand over" \
    "as the runbook says"
}
