{{/* What the schema cannot refuse with a sentence. Takes the root; gives nothing. */}}
{{- define "telemachus.checks" -}}
{{- if .Values.defaults.digest }}
{{- fail "defaults.digest: the four images differ, so each has a digest of its own: give services.SERVICE.digest" }}
{{- end }}
{{- include "telemachus.notOurs" (dict "of" "commonLabels" "labels" .Values.commonLabels) }}
{{- include "telemachus.notOurs" (dict "of" "monitoring.additionalLabels" "labels" .Values.monitoring.additionalLabels) }}
{{- include "telemachus.notOurs" (dict "of" "monitoring.dashboards.labels" "labels" .Values.monitoring.dashboards.labels) }}
{{- include "telemachus.noHook" (dict "of" "commonAnnotations" "annotations" .Values.commonAnnotations) }}
{{- include "telemachus.noHook" (dict "of" "ingress.annotations" "annotations" .Values.ingress.annotations) }}
{{- include "telemachus.noHook" (dict "of" "ingress.gateway.annotations" "annotations" .Values.ingress.gateway.annotations) }}
{{- include "telemachus.noHook" (dict "of" "monitoring.dashboards.annotations" "annotations" .Values.monitoring.dashboards.annotations) }}
{{- range $name, $_ := .Values.services }}
{{- $service := include "telemachus.service" (dict "root" $ "name" $name) | fromYaml }}
{{- include "telemachus.notOurs" (dict "of" (printf "services.%s.podLabels" $name) "labels" $service.podLabels) }}
{{- $settings := include "telemachus.settings" (dict "root" $ "name" $name "service" $service) | fromYaml }}
{{- range $service.env }}
{{- if hasKey $settings .name }}
{{- fail (printf "services.%s.env: %s has a value of the chart's own; give that one instead" $name .name) }}
{{- end }}
{{- end }}
{{- range list "deploymentAnnotations" "serviceAnnotations" "serviceAccountAnnotations" "podAnnotations" }}
{{- include "telemachus.noHook" (dict "of" (printf "services.%s.%s" $name .) "annotations" (get $service .)) }}
{{- end }}
{{- $at := dict "root" $ "name" $name "service" $service "kafka" true }}
{{- $mounts := include "telemachus.mounts" $at | fromYamlArray }}
{{- $containers := list (dict "name" $name) (dict "name" "prepare") (dict "name" "check") }}
{{- include "telemachus.notTaken" (dict "of" (printf "services.%s.extraVolumes" $name) "key" "name" "by" $mounts "given" $service.extraVolumes) }}
{{- include "telemachus.notTaken" (dict "of" (printf "services.%s.extraVolumeMounts" $name) "key" "mountPath" "by" $mounts "given" $service.extraVolumeMounts) }}
{{- include "telemachus.notTaken" (dict "of" (printf "services.%s.initContainers" $name) "key" "name" "by" $containers "given" $service.initContainers) }}
{{- include "telemachus.notTaken" (dict "of" (printf "services.%s.sidecars" $name) "key" "name" "by" $containers "given" $service.sidecars) }}
{{- if gt (int $service.autoscaling.minReplicas) (int $service.autoscaling.maxReplicas) }}
{{- fail (printf "services.%s.autoscaling: minReplicas (%v) is more than maxReplicas (%v)" $name $service.autoscaling.minReplicas $service.autoscaling.maxReplicas) }}
{{- end }}
{{- end }}
{{- range $to, $rule := .Values.networkPolicy }}
{{- if kindIs "map" $rule }}
{{- range $rule.peers }}
{{- if and (hasKey . "ipBlock") (gt (len .) 1) }}
{{- fail (printf "networkPolicy.%s.peers: a peer is either an ipBlock or made of selectors; give two peers instead" $to) }}
{{- end }}
{{- end }}
{{- end }}
{{- end }}
{{- end -}}

{{/* Selectors, monitors and policies find things by these labels. Takes {of, labels}. */}}
{{- define "telemachus.notOurs" -}}
{{- $of := .of }}
{{- range $label, $_ := .labels }}
{{- if or (hasPrefix "app.kubernetes.io/" $label) (has $label (list "helm.sh/chart" "strimzi.io/cluster")) }}
{{- fail (printf "%s: %s is the chart's own label, things are found by it: take another name" $of $label) }}
{{- end }}
{{- end }}
{{- end -}}

{{/* Helm would take an object with them for a step of its own, or for another release's: it would not be installed. Takes {of, annotations}. */}}
{{- define "telemachus.noHook" -}}
{{- $of := .of }}
{{- range $annotation, $_ := .annotations }}
{{- if or (hasPrefix "helm.sh/hook" $annotation) (hasPrefix "meta.helm.sh/" $annotation) }}
{{- fail (printf "%s: %s is Helm's own, the object would not be installed: leave it out" $of $annotation) }}
{{- end }}
{{- end }}
{{- end -}}

{{/* Kubernetes refuses what is there twice. Takes {of, key, by: the chart's own, given}. */}}
{{- define "telemachus.notTaken" -}}
{{- $ := . }}
{{- range .given }}
{{- $wanted := get . $.key }}
{{- range $.by }}
{{- if eq (get . $.key | toString) ($wanted | toString) }}
{{- fail (printf "%s: the %s %s is the chart's own: take another" $.of $.key $wanted) }}
{{- end }}
{{- end }}
{{- end }}
{{- end -}}
