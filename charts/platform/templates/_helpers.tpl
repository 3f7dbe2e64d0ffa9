{{/* Labels of an object; the component is added where there is one. */}}
{{- define "platform.labels" -}}
app.kubernetes.io/name: platform
app.kubernetes.io/instance: {{ .Release.Name }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
app.kubernetes.io/part-of: customer-360
{{- end }}

{{/* A label selector from a map of labels; a list stands for any of its values. */}}
{{- define "platform.selector" -}}
matchExpressions:
{{- range $label, $values := . }}
  - key: {{ $label }}
    operator: In
    values: {{ kindIs "slice" $values | ternary $values (list $values) | toJson }}
{{- end }}
{{- end }}

{{/* The ports of a rule: TCP unless it says otherwise. */}}
{{- define "platform.ports" -}}
{{- $rule := . }}
{{- range $protocol := $rule.protocols | default (list "TCP") }}
{{- range $port := $rule.ports }}
- {protocol: {{ $protocol }}, port: {{ $port }}}
{{- end }}
{{- end }}
{{- end }}

{{/* The peers of a rule: pods here, pods of another namespace, or addresses. */}}
{{- define "platform.peers" -}}
{{- $rule := . }}
{{- with $rule.pods }}
- podSelector: {{- include "platform.selector" . | nindent 4 }}
  {{- with $rule.namespace }}
  namespaceSelector:
    matchLabels: {kubernetes.io/metadata.name: {{ . }}}
  {{- end }}
{{- end }}
{{- range $rule.addresses }}
- ipBlock:
    cidr: {{ . }}
    {{- with $rule.except }}
    except: {{ toJson . }}
    {{- end }}
{{- end }}
{{- end }}
