{{/* The settings of a service that are no secrets: variable → text. Takes {root, name, service}. */}}
{{- define "telemachus.settings" -}}
{{- $values := .root.Values -}}
{{- $tls := has $values.kafka.securityProtocol (list "SSL" "SASL_SSL") -}}
{{- $sasl := hasPrefix "SASL" $values.kafka.securityProtocol -}}
REGION: {{ required "region: say where this installation stands, such as eu" $values.region | quote }}
{{- /* made by make write, from shared/settings.py */}}
PUBLIC_URL: {{ $values.publicUrl | quote }}
SIGN_IN_CLIENT_ID: {{ $values.signInClientId | quote }}
SIGN_IN_SCOPE: {{ $values.signInScope | quote }}
SESSION_IDLE_MINUTES: {{ $values.sessionIdleMinutes | int64 | quote }}
SESSION_LONGEST_HOURS: {{ $values.sessionLongestHours | int64 | quote }}
SMTP_HOST: {{ $values.smtpHost | quote }}
SMTP_PORT: {{ $values.smtpPort | int64 | quote }}
SMTP_SECURITY: {{ $values.smtpSecurity | quote }}
SMTP_USERNAME: {{ $values.smtpUsername | quote }}
SMTP_SIGN_IN: {{ $values.smtpSignIn | quote }}
MAIL_FROM: {{ $values.mailFrom | quote }}
LOG_LEVEL: {{ $values.logLevel | quote }}
OUTBOX_KEEP_DAYS: {{ $values.outboxKeepDays | int64 | quote }}
{{- /* end of what is made */}}
HTTP_HOST: "0.0.0.0"
HTTP_PORT: "8000"
ROOT_PATH: {{ printf "/%s" .name | quote }}
NAMES_URL: {{ printf "http://%s:8000" (include "telemachus.name" (dict "root" .root "name" "registration")) | quote }}
SECRETS_DIR: /run/secrets/telemachus
KAFKA_BOOTSTRAP_SERVERS: {{ required "kafka.bootstrapServers: say where the brokers are, host:port" $values.kafka.bootstrapServers | quote }}
KAFKA_SECURITY_PROTOCOL: {{ $values.kafka.securityProtocol | quote }}
{{- if $sasl }}
KAFKA_SASL_MECHANISM: {{ $values.kafka.saslMechanism | quote }}
KAFKA_SASL_USERNAME: {{ include "telemachus.kafkaUser" . | quote }}
{{- end }}
{{- if and $tls $values.kafka.caSecret }}
KAFKA_SSL_CA_FILE: /etc/telemachus/kafka/ca.crt
{{- end }}
{{- if and $tls $values.kafka.clientCertificates }}
KAFKA_SSL_CERT_FILE: /etc/telemachus/kafka/user.crt
KAFKA_SSL_KEY_FILE: /etc/telemachus/kafka/user.key
{{- end }}
MONGODB_DATABASE_PREFIX: {{ $values.mongodb.databasePrefix | quote }}
TOKEN_ISSUER: {{ required "identity.issuer: say what the iss claim of your identity provider's tokens is" $values.identity.issuer | quote }}
TOKEN_AUDIENCE: {{ $values.identity.audience | quote }}
TOKEN_KEYS: {{ required "identity.keys: say where your identity provider's key set is, https://…" $values.identity.keys | quote }}
TOKEN_EMPLOYEE_CLAIM: {{ $values.identity.employeeClaim | quote }}
TOKEN_ROLES_CLAIM: {{ $values.identity.rolesClaim | quote }}
TOKEN_COUNTRIES_CLAIM: {{ $values.identity.countriesClaim | quote }}
{{- if $values.trust.configMap }}
SSL_CERT_FILE: /etc/telemachus/trust/ca.crt
{{- end }}
{{- with $values.tracing.endpoint }}
OTEL_EXPORTER_OTLP_ENDPOINT: {{ . | quote }}
OTEL_TRACES_SAMPLER: parentbased_traceidratio
OTEL_TRACES_SAMPLER_ARG: {{ $values.tracing.ratio | quote }}
{{- end }}
{{- range $name, $value := $values.environment }}
{{ $name }}: {{ $value | quote }}
{{- end }}
{{- end -}}

{{/* The volumes of a pod. Takes {root, name, service, kafka: whether it speaks to Kafka}. */}}
{{- define "telemachus.volumes" -}}
{{- $values := .root.Values -}}
{{- $tls := has $values.kafka.securityProtocol (list "SSL" "SASL_SSL") -}}
{{- $sasl := hasPrefix "SASL" $values.kafka.securityProtocol -}}
- name: tmp
  emptyDir: {sizeLimit: {{ .service.temporary | quote }}}
- name: secrets
  projected:
    defaultMode: 0440
    sources:
      - secret:
          name: {{ $values.secrets.common | quote }}
          items: [{key: pseudonym_key, path: pseudonym_key}{{ if $values.publicUrl }}, {key: session_keys, path: session_keys}{{ end }}]
      {{- if and $values.publicUrl $values.secrets.signIn (eq .name "registration") }}
      - secret:
          name: {{ $values.secrets.signIn | quote }}
          items: [{key: client_secret, path: sign_in_client_secret}]
      {{- end }}
      {{- if and $values.smtpHost $values.secrets.mail (eq .name "registration") }}
      - secret:
          name: {{ $values.secrets.mail | quote }}
          items: [{key: smtp_password, path: smtp_password}]
      {{- end }}
      {{- if and $values.secrets.webhooks (eq .name "registration") }}
      - secret:
          name: {{ $values.secrets.webhooks | quote }}
          items: [{key: webhooks, path: webhooks}]
      {{- end }}
      - secret:
          name: {{ required (printf "services.%s.secrets.mongodb: name the secret with its mongodb_url" .name) .service.secrets.mongodb | quote }}
          items: [{key: mongodb_url, path: mongodb_url}]
      {{- if and .kafka $sasl }}
      - secret:
          name: {{ required (printf "services.%s.secrets.kafka: name the secret of its Kafka user" .name) .service.secrets.kafka | quote }}
          items: [{key: password, path: kafka_sasl_password}]
      {{- end }}
{{- if and .kafka $tls (or $values.kafka.caSecret $values.kafka.clientCertificates) }}
- name: kafka
  projected:
    defaultMode: 0440
    sources:
      {{- with $values.kafka.caSecret }}
      - secret:
          name: {{ . | quote }}
          items: [{key: {{ $values.kafka.caKey | quote }}, path: ca.crt}]
      {{- end }}
      {{- if $values.kafka.clientCertificates }}
      - secret:
          name: {{ required (printf "services.%s.secrets.kafka: name the secret of its Kafka user" .name) .service.secrets.kafka | quote }}
          items: [{key: user.crt, path: user.crt}, {key: user.key, path: user.key}]
      {{- end }}
{{- end }}
{{- with $values.mongodb.caSecret }}
- name: mongodb
  secret:
    secretName: {{ . | quote }}
    defaultMode: 0440
    items: [{key: {{ $values.mongodb.caKey | quote }}, path: ca.crt}]
{{- end }}
{{- with $values.trust.configMap }}
- name: trust
  configMap:
    name: {{ . | quote }}
    items: [{key: {{ $values.trust.key | quote }}, path: ca.crt}]
{{- end }}
{{- end -}}

{{/* Where these volumes are seen. Takes the same. */}}
{{- define "telemachus.mounts" -}}
{{- range include "telemachus.volumes" . | fromYamlArray }}
{{- if eq .name "tmp" }}
- {name: tmp, mountPath: /tmp}
{{- else if eq .name "secrets" }}
- {name: secrets, mountPath: /run/secrets/telemachus, readOnly: true}
{{- else }}
- {name: {{ .name }}, mountPath: /etc/telemachus/{{ .name }}, readOnly: true}
{{- end }}
{{- end }}
{{- end -}}

{{/* What a container sees of them, and of volumes of the user's own. Takes the same. */}}
{{- define "telemachus.allMounts" -}}
{{- include "telemachus.mounts" . | trim }}
{{- with .service.extraVolumeMounts }}
{{ toYaml . }}
{{- end }}
{{- end -}}

{{/* Both kinds of volumes. Takes the same. */}}
{{- define "telemachus.allVolumes" -}}
{{- include "telemachus.volumes" . | trim }}
{{- with .service.extraVolumes }}
{{ toYaml . }}
{{- end }}
{{- end -}}

{{/* What every pod is held to. */}}
{{- define "telemachus.restricted" -}}
runAsNonRoot: true
{{- with .service.user }}
runAsUser: {{ . | int64 }}
runAsGroup: {{ . | int64 }}
fsGroup: {{ . | int64 }}
{{- end }}
seccompProfile: {type: RuntimeDefault}
{{- end -}}

{{/* What every container is held to. */}}
{{- define "telemachus.confined" -}}
allowPrivilegeEscalation: false
readOnlyRootFilesystem: true
capabilities: {drop: [ALL]}
{{- end -}}

{{/* Where pods may run, and whose images they are. */}}
{{- define "telemachus.placement" -}}
{{- with .service.nodeSelector }}
nodeSelector: {{- toYaml . | nindent 2 }}
{{- end }}
{{- with .service.tolerations }}
tolerations: {{- toYaml . | nindent 2 }}
{{- end }}
{{- with .service.priorityClassName }}
priorityClassName: {{ . | quote }}
{{- end }}
{{- with .service.affinity }}
affinity: {{- toYaml . | nindent 2 }}
{{- end }}
{{- with .service.runtimeClassName }}
runtimeClassName: {{ . | quote }}
{{- end }}
{{- with .service.dnsPolicy }}
dnsPolicy: {{ . | quote }}
{{- end }}
{{- with .service.dnsConfig }}
dnsConfig: {{- toYaml . | nindent 2 }}
{{- end }}
{{- with .service.hostAliases }}
hostAliases: {{- toYaml . | nindent 2 }}
{{- end }}
{{- with concat .root.Values.image.pullSecrets .root.Values.global.imagePullSecrets }}
imagePullSecrets: {{- range . }}
  - name: {{ if kindIs "map" . }}{{ .name | quote }}{{ else }}{{ . | quote }}{{ end }}
{{- end }}
{{- end }}
{{- end -}}
