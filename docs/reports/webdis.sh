#!/bin/sh
# Usage: webdis.sh PORT FOLDER. Writes Webdis' configuration for this port and this Redis, and becomes Webdis.
set -eu
redis=${REDIS_ADDRESS#*://}
cat > "$2/webdis.json" <<END
{
    "redis_host": "${redis%:*}", "redis_port": ${redis#*:},
    "http_host": "127.0.0.1", "http_port": $1,
    "threads": 2, "pool_size": 20, "daemonize": false, "database": 0,
    "acl": [{"disabled": ["DEBUG", "CONFIG", "SHUTDOWN", "FLUSHALL"]}],
    "verbosity": 3, "logfile": "/dev/stderr"
}
END
exec webdis "$2/webdis.json"
