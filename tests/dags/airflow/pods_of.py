"""The pods that the tasks of a Dag become, as Airflow puts them together."""

from __future__ import annotations

from typing import Any

from airflow.providers.cncf.kubernetes.pod_generator import PodGenerator
from kubernetes.client import models as k8s

LAYERS = ("staging", "intermediate", "marts")
BUILDS = tuple(f"dbt.{layer}" for layer in LAYERS)
UPLOADERS = ("exchange_rates.fetch", "uploads.upload")


def worker_pod(task: Any) -> Any:
    """The pod in which the KubernetesExecutor runs a task: template, executor, override, in this order."""
    template = k8s.V1Pod(
        metadata=k8s.V1ObjectMeta(labels={"component": "worker"}),
        spec=k8s.V1PodSpec(
            service_account_name="airflow-worker",
            containers=[k8s.V1Container(name="base", env=[k8s.V1EnvVar("FROM_TEMPLATE", "yes")])],
        ),
    )
    return PodGenerator.construct_pod(
        dag_id=task.dag_id,
        task_id=task.task_id,
        pod_id="pod",
        try_number=1,
        kube_image="airflow:tag",
        date=None,
        run_id="manual__2026-11-24T00:00:00+00:00",
        args=["work"],
        pod_override_object=PodGenerator.from_obj(task.executor_config),
        base_worker_pod=template,
        namespace="customer-360",
        scheduler_job_id="1",
    )


def dbt_pod(dag: Any, layer: str) -> Any:
    """The pod that the task of a layer launches."""
    return dag.get_task(f"dbt.{layer}").prepare_for_execution().build_pod_request_obj(dry_run=True)


def all_pods(dag: Any) -> dict[str, Any]:
    """Every kind of pod of a run, by task id."""
    workers = {task.task_id: worker_pod(task) for task in dag.tasks if task.task_id not in BUILDS}
    return workers | {f"dbt.{layer}": dbt_pod(dag, layer) for layer in LAYERS}


def environment(pod: Any) -> dict[str, Any]:
    """Variables of a pod: the value, or the reference to it."""
    return {
        variable.name: variable.value if variable.value_from is None else variable.value_from.secret_key_ref
        for container in pod.spec.containers
        for variable in container.env or ()
    }
