{{/* Each takes {root, name, service}: the chart's own things, the name of a service, and what it is given. */}}

{{/* What one service is given: its own values over the defaults. Takes {root, name}; gives YAML. */}}
{{- define "telemachus.service" -}}
{{- mergeOverwrite (deepCopy .root.Values.defaults) (get .root.Values.services .name) | toYaml -}}
{{- end -}}

{{/* The name of a service's objects. */}}
{{- define "telemachus.name" -}}
{{- printf "%s-%s" (.root.Release.Name | trunc 40 | trimSuffix "-") .name -}}
{{- end -}}

{{/* The name of an object that all services share. Takes the root. */}}
{{- define "telemachus.shared" -}}
{{- .Release.Name | trunc 40 | trimSuffix "-" -}}
{{- end -}}

{{/* What selects the pods of a service; never changed, because Kubernetes does not let it. */}}
{{- define "telemachus.selector" -}}
app.kubernetes.io/name: {{ .name }}
app.kubernetes.io/instance: {{ .root.Release.Name | trunc 63 }}
{{- end -}}

{{/* The labels of a service's objects. */}}
{{- define "telemachus.labels" -}}
{{ include "telemachus.selector" . }}
{{ include "telemachus.everywhere" .root }}
{{- end -}}

{{/* The labels of every object. Takes the root. */}}
{{- define "telemachus.everywhere" -}}
{{ include "telemachus.ofPods" . }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
helm.sh/chart: {{ printf "%s-%s" .Chart.Name .Chart.Version | replace "+" "_" | trunc 63 }}
{{- end -}}

{{/* Those that pods have too: a new chart alone does not replace them. Takes the root. */}}
{{- define "telemachus.ofPods" -}}
app.kubernetes.io/part-of: telemachus
app.kubernetes.io/version: {{ .Values.image.tag | default .Chart.AppVersion | trunc 63 | quote }}
{{- with .Values.commonLabels }}
{{ toYaml . }}
{{- end }}
{{- end -}}

{{- define "telemachus.image" -}}
{{- $registry := required "image.registry: say where the images telemachus-SERVICE are, such as registry.example.com/mirrored" .root.Values.image.registry -}}
{{- printf "%s/telemachus-%s:%s" $registry .name (.root.Values.image.tag | default .root.Chart.AppVersion) -}}
{{- with .service.digest -}}@{{ . }}{{- end -}}
{{- end -}}

{{- define "telemachus.kafkaUser" -}}
{{- .service.kafkaUser | default (printf "telemachus-%s" .name) -}}
{{- end -}}

{{/* What a service may do on Kafka: its entry of files/kafka.yaml, which is made from the code. Gives YAML. */}}
{{- define "telemachus.rights" -}}
{{- $name := .name -}}
{{- range (.root.Files.Get "files/kafka.yaml" | fromYaml).users -}}
{{- if eq .service $name -}}{{- toYaml . -}}{{- end -}}
{{- end -}}
{{- end -}}
