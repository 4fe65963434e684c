#!/bin/sh
# Usage: nginx.sh PORT FOLDER. Writes a configuration and two pages into the folder and becomes nginx.
set -eu
mkdir -p "$2/www"
echo '<!doctype html><html lang="en"><title>Home</title><p>Hello.</p></html>' > "$2/www/index.html"
echo 'A page.' > "$2/www/page.txt"
cat > "$2/nginx.conf" <<END
daemon off;
user root;
worker_processes 2;
pid $2/nginx.pid;
error_log /dev/stderr notice;
events { worker_connections 2048; }
http {
    types { text/html html; text/plain txt; }
    default_type text/plain;
    server_tokens off;
    log_format lines escape=json '{"time":"\$time_iso8601","level":"info","message":"\$request_method \$uri",'
        '"status":\$status,"path":"\$request_uri","request_id":"\$http_x_request_id"}';
    access_log /dev/stdout lines;
    log_not_found off;  # it would write the path decoded, line breaks and all
    client_body_temp_path $2/body; proxy_temp_path $2/proxy; fastcgi_temp_path $2/fastcgi;
    uwsgi_temp_path $2/uwsgi; scgi_temp_path $2/scgi;
    gzip on; gzip_types text/plain;
    server {
        listen 127.0.0.1:$1;
        root $2/www;
        add_header X-Content-Type-Options nosniff always;
        location = /version { default_type application/json; return 200 '{"version": "1.4.2"}'; }
        add_header X-Request-ID \$http_x_request_id always;
    }
}
END
exec nginx -e /dev/stderr -c "$2/nginx.conf"
