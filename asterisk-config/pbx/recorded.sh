#!/bin/sh
# Run by MixMonitor when a voice's file is complete: renames, and nothing else. $1 call, $2 side, $3 uniqueid.
# A caller's message (Record) is complete by then as well; it is renamed with the caller's voice.
cd "@SPOOL@" || exit 1
for side in "$2" voicemail; do
  name="$1_${side}_$3.wav"
  [ -e "live/$name" ] && mv "live/$name" "done/$name"
done
exit 0
