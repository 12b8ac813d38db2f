{{/* Each takes {root, name, service}: the chart's own things, the name of a service, and what it is given. */}}

{{/* What one service is given: its own values over the defaults. Takes {root, name}; gives YAML. */}}
{{- define "telemachus.service" -}}
{{- mergeOverwrite (deepCopy .root.Values.defaults) (get .root.Values.services .name | default dict) | toYaml -}}
{{- end -}}

{{/* The name of a service's objects. */}}
{{- define "telemachus.name" -}}
{{- printf "%s-%s" (include "telemachus.shared" .root) .name -}}
{{- end -}}

{{/*
The name of an object that all services share. Takes the root. A Service may have no dot in its name and has to begin with
a letter, and what is put behind it has to fit: what had to be changed for that ends with a few letters of its own, so that two
releases never share a name.
*/}}
{{- define "telemachus.shared" -}}
{{- $wanted := .Values.fullnameOverride | default .Release.Name -}}
{{- $name := regexReplaceAll "^([^a-z])" ($wanted | replace "." "-") "r-${1}" -}}
{{- if or (ne $name $wanted) (gt (len $name) 40) -}}
{{- $name = printf "%s-%s" ($name | trunc 31 | trimSuffix "-") ($wanted | sha256sum | trunc 8) -}}
{{- end -}}
{{- $name -}}
{{- end -}}

{{/* What selects the pods of a service; never changed, because Kubernetes does not let it. */}}
{{- define "telemachus.selector" -}}
app.kubernetes.io/name: {{ .name | quote }}
app.kubernetes.io/instance: {{ .root.Release.Name | trunc 63 | quote }}
{{- end -}}

{{/* The labels of a service's objects. */}}
{{- define "telemachus.labels" -}}
{{ include "telemachus.selector" . }}
{{ include "telemachus.everywhere" .root }}
{{- end -}}

{{/* The labels of every object. Takes the root. */}}
{{- define "telemachus.everywhere" -}}
{{ include "telemachus.ofPods" . }}
app.kubernetes.io/managed-by: {{ .Release.Service | quote }}
helm.sh/chart: {{ printf "%s-%s" .Chart.Name .Chart.Version | replace "+" "_" | trunc 63 | quote }}
{{- end -}}

{{/* Those that pods have too: a new chart alone does not replace them. Takes the root. */}}
{{- define "telemachus.ofPods" -}}
app.kubernetes.io/part-of: {{ .Values.nameOverride | default "telemachus" | quote }}
app.kubernetes.io/version: {{ .Values.image.tag | default .Chart.AppVersion | trunc 63 | trimAll "-_." | quote }}
{{- with .Values.commonLabels }}
{{ toYaml . }}
{{- end }}
{{- end -}}

{{/* The annotations of an object, of several maps; what an earlier one says counts. Nothing where there are none. */}}
{{- define "telemachus.annotated" -}}
{{- $all := dict }}
{{- range . }}{{ $all = merge $all (. | default dict) }}{{ end }}
{{- with $all }}
annotations: {{- toYaml . | nindent 2 }}
{{- end }}
{{- end -}}

{{/* Labels as YAML, of several texts of YAML; what an earlier one says counts. */}}
{{- define "telemachus.together" -}}
{{- $all := dict }}
{{- range . }}{{ $all = merge $all (. | fromYaml) }}{{ end }}
{{- toYaml $all }}
{{- end -}}

{{/* The labels of a service's pods. */}}
{{- define "telemachus.podLabels" -}}
{{- include "telemachus.together" (list (include "telemachus.selector" .) (toYaml .service.podLabels) (include "telemachus.ofPods" .root)) -}}
{{- end -}}

{{- define "telemachus.image" -}}
{{- $given := .root.Values.global.imageRegistry | default .root.Values.image.registry -}}
{{- $registry := required "image.registry: say where the images telemachus-SERVICE are, such as registry.example.com/mirrored" $given | trimSuffix "/" -}}
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
