"""The shape of every pod of a run by kind of work: its identity, its size, and what it may touch.

Kinds: `uploader` reads the delivery and creates objects, `eraser` takes persons out of them, `loader` runs load jobs,
`reconciler` compares, `dbt` builds. None holds a token of the Kubernetes API: the executor starts all but dbt's, and a
task of dbt starts its pod from beside the scheduler, which has the token.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from kubernetes.client import models as k8s

from customer360.runs import run_name
from customer360.settings import Settings, SettingsError, dbt_environment

LANDING = "/landing"
UID = 50000  # the images' user
HASH_KEYS = {
    "C360_HASH_KEY": "hash-key",
    "C360_CONTACT_KEY": "contact-key",
}  # variable: key of Secret hash-keys
ERASURE_KEY = {"C360_ERASURE_KEY": "erasure-key"}  # the same of Secret erasure-key
# One thread is enough for the inspector, and one arena halves what the step holds while it waits.
LEAN = {"OPENBLAS_NUM_THREADS": "1", "MALLOC_ARENA_MAX": "1"}


@dataclass(frozen=True)
class Kind:
    """Requested and largest CPU and memory of a kind of pod, and its service account."""

    account: str
    cpu: tuple[str, str]
    memory: tuple[str, str]


KINDS = {
    "uploader": Kind("uploader", ("100m", "1"), ("512Mi", "1Gi")),
    "eraser": Kind("eraser", ("100m", "1"), ("512Mi", "1Gi")),
    "loader": Kind("loader", ("100m", "1"), ("512Mi", "1Gi")),
    "reconciler": Kind("dbt", ("100m", "1"), ("512Mi", "1Gi")),
    "dbt": Kind("dbt", ("250m", "2"), ("768Mi", "2Gi")),
}


def worker(kind: str, settings: Settings) -> dict[str, Any]:
    """Arguments of a task that runs in a pod of the KubernetesExecutor; the rest is the chart's pod template."""
    has_landing = kind == "uploader" and settings.landing_claim
    claim = k8s.V1PersistentVolumeClaimVolumeSource(claim_name=settings.landing_claim, read_only=True)
    spec = k8s.V1PodSpec(
        service_account_name=KINDS[kind].account,
        automount_service_account_token=False,
        volumes=[k8s.V1Volume(name="landing", persistent_volume_claim=claim)] if has_landing else None,
        containers=[
            k8s.V1Container(
                name="base",  # the executor's name for it
                resources=_resources(kind, settings),
                env=_variables(kind),
                volume_mounts=[k8s.V1VolumeMount(name="landing", mount_path=LANDING, read_only=True)]
                if has_landing
                else None,
            )
        ],
    )
    pod = k8s.V1Pod(
        metadata=k8s.V1ObjectMeta(labels=_labels(kind, settings), annotations=_annotations()), spec=spec
    )
    return {"executor_config": {"pod_override": pod}}


def dbt(layer: str, run: str, settings: Settings) -> dict[str, Any]:
    """Arguments of a KubernetesPodOperator that builds a layer in a pod of the dbt image, under the name of a run.

    No worker waits for the pod. Raises SettingsError where no image is named.
    """
    if not settings.dbt_image:
        raise SettingsError("C360_DBT_IMAGE is not set; it names the image of the dbt pods")
    plain = [k8s.V1EnvVar(*pair) for pair in {**dbt_environment(), "C360_RUN_ID": run}.items()]
    return {
        **_HANDLING,
        **_RESTRICTED,
        "image": settings.dbt_image,
        "name": f"dbt-{layer}",
        "env_vars": plain + (_secret("hash-keys", HASH_KEYS) if layer == "intermediate" else []),
        "labels": _labels("dbt", settings) | {"layer": layer, "run": run},
        "annotations": _annotations(),
        "container_resources": _resources("dbt", settings),
        "service_account_name": KINDS["dbt"].account,
    }


_HANDLING = {
    "executor": "LocalExecutor",  # a worker pod would only start another pod, twice for each layer
    "deferrable": True,
    "poll_interval": 1,  # seconds between two looks at the pod
    "kubernetes_conn_id": None,
    "in_cluster": True,
    "durable": False,  # a second try never joins a pod of the first
    "startup_timeout_seconds": 600,  # a node may have to be made first
    "on_finish_action": "delete_pod",
    "log_events_on_failure": True,
    "log_pod_spec_on_failure": False,
    "termination_message_policy": "FallbackToLogsOnError",
}

# Pod Security's profile `restricted` and more: no token, and nothing to write to but /tmp, where dbt's target is.
_RESTRICTED = {
    "automount_service_account_token": False,
    "security_context": k8s.V1PodSecurityContext(
        run_as_non_root=True,
        run_as_user=UID,
        seccomp_profile=k8s.V1SeccompProfile(type="RuntimeDefault"),
    ),
    "container_security_context": k8s.V1SecurityContext(
        allow_privilege_escalation=False,
        read_only_root_filesystem=True,
        capabilities=k8s.V1Capabilities(drop=["ALL"]),
    ),
    "volumes": [k8s.V1Volume(name="tmp", empty_dir=k8s.V1EmptyDirVolumeSource(size_limit="1Gi"))],
    "volume_mounts": [k8s.V1VolumeMount(name="tmp", mount_path="/tmp")],  # noqa: S108
}


def _variables(kind: str) -> list[k8s.V1EnvVar] | None:
    if kind == "eraser":
        return _secret("erasure-key", ERASURE_KEY)
    return [k8s.V1EnvVar(*pair) for pair in LEAN.items()] if kind == "uploader" else None


def _secret(secret: str, keys: Mapping[str, str]) -> list[k8s.V1EnvVar]:
    """Variables that hold the keys of a secret, by reference."""
    return [
        k8s.V1EnvVar(
            name=name,
            value_from=k8s.V1EnvVarSource(
                secret_key_ref=k8s.V1SecretKeySelector(name=secret, key=key, optional=False)
            ),
        )
        for name, key in keys.items()
    ]


def _labels(kind: str, settings: Settings) -> dict[str, str]:
    """Airflow adds dag_id, task_id, run_id, map_index and try_number to every pod by itself."""
    return {
        "app.kubernetes.io/part-of": "customer-360",
        "app.kubernetes.io/component": kind,
        "commit": run_name(settings.commit),
    }


def _annotations() -> dict[str, str]:
    return {"cluster-autoscaler.kubernetes.io/safe-to-evict": "false"}


def _resources(kind: str, settings: Settings) -> k8s.V1ResourceRequirements:
    (cpu, most_cpu), (memory, most_memory) = KINDS[kind].cpu, KINDS[kind].memory
    return k8s.V1ResourceRequirements(
        requests={"cpu": settings.cpu_request or cpu, "memory": memory},
        limits={"cpu": most_cpu, "memory": most_memory},
    )
