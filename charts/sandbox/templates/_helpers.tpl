{{/* Labels of an object: (list name root). */}}
{{- define "sandbox.labels" -}}
{{- $name := index . 0 }}
{{- $root := index . 1 -}}
app: {{ $name }}
app.kubernetes.io/name: {{ $name }}
app.kubernetes.io/instance: {{ $root.Release.Name }}
app.kubernetes.io/managed-by: {{ $root.Release.Service }}
app.kubernetes.io/part-of: customer-360
{{- end }}

{{/* What every pod of the sandbox has in common. */}}
{{- define "sandbox.pod" -}}
automountServiceAccountToken: false
enableServiceLinks: false
securityContext:
  runAsNonRoot: true
  runAsUser: 50000
  runAsGroup: 0
  fsGroup: 0
  fsGroupChangePolicy: OnRootMismatch
  seccompProfile: {type: RuntimeDefault}
{{- end }}

{{/* What every container has in common: (list name root). */}}
{{- define "sandbox.container" -}}
{{- $name := index . 0 }}
{{- $root := index . 1 -}}
name: {{ $name }}
image: {{ $root.Values.image.repository }}:{{ $root.Values.image.tag }}
imagePullPolicy: {{ $root.Values.image.pullPolicy }}
resources: {{- toYaml (get $root.Values.resources $name) | nindent 2 }}
securityContext:
  allowPrivilegeEscalation: false
  readOnlyRootFilesystem: true
  capabilities: {drop: [ALL]}
{{- end }}

{{/* A Service: (list name port root). */}}
{{- define "sandbox.service" -}}
{{- $name := index . 0 }}
{{- $root := index . 2 -}}
apiVersion: v1
kind: Service
metadata:
  name: {{ $name }}
  labels: {{- include "sandbox.labels" (list $name $root) | nindent 4 }}
spec:
  selector: {app: {{ $name }}}
  ports:
    - {name: {{ $name }}, port: {{ index . 1 }}}
{{- end }}

{{/* A volume claim: (list name root). */}}
{{- define "sandbox.claim" -}}
{{- $name := index . 0 }}
{{- $root := index . 1 -}}
apiVersion: v1
kind: PersistentVolumeClaim
metadata:
  name: {{ $name }}
  labels: {{- include "sandbox.labels" (list $name $root) | nindent 4 }}
spec:
  accessModes: [ReadWriteOnce]
  resources:
    requests: {storage: {{ get $root.Values.volumes $name }}}
{{- end }}

{{/* Address of a service by name: (list name port root). */}}
{{- define "sandbox.address" -}}
{{ index . 0 }}.{{ (index . 2).Release.Namespace }}:{{ index . 1 }}
{{- end }}
