"""The ids of the two fact files, as they stand there (read 2026-11-23).

The failures' ids are written with underscores there; ``find`` takes both.
"""

_FAILURES = """
git_file_too_large git_lfs_quota git_lfs_unsupported_remote
tf_no_wheel_for_python requirements_utf16 runtime_not_available sdist_build_python_too_new
slug_too_large windows_only_pin conda_file_pin disk_full env_var_missing psycopg2_needs_pg_config
resolution_impossible tf_no_wheel_for_platform build_timeout no_package_manager_file
pip_too_old_for_wheel static_root_unset wrong_buildpack build_out_of_memory
package_needs_newer_python static_dir_missing wheel_platform_mismatch
gunicorn_not_installed port_not_bound glibc_too_old no_web_process cloud_run_start_failed
database_localhost flask_werkzeug_mismatch missing_libgl wsgi_attribute_not_found
wsgi_module_not_found dependency_not_in_requirements missing_libstdcpp mod_wsgi_subinterpreter
slow_boot whitenoise_old_import worker_declared_as_web
thread_limit numpy2_abi numpy_api_too_old protobuf_too_new tf1_api_removed cpu_illegal_instruction
tf_install_broken tf_private_api
keras_version_mismatch h5py3_old_keras keras3_savedmodel_format lambda_bytecode_python_mismatch
model_file_corrupt model_path_missing git_lfs_pointer custom_object_missing model_path_is_directory
savedmodel_no_predict weights_only_file
request_timeout_h12 tf_graph_thread gunicorn_worker_timeout input_shape_mismatch
memory_limit_killed static_manifest_missing allowed_hosts fork_after_model_load
fork_unsafe_segfault keras_threadlocal memory_alloc_failed memory_quota_exceeded
output_decode_mismatch server_closed_early_h18 worker_killed_h13
cuda_noise_harmless
"""

_FAULTS = """
pins-not-installable python-unpinned-default-3.14 tf-pin-not-installable python-version-eol
conflicting-pins collectstatic-fails windows-only-dependency manage.py-not-at-root
requirements-missing python-version-bad-format python-patch-pinned-old pipfile-without-lock
django-too-old-for-python procfile-missing gunicorn-missing gunicorn20-no-pkg_resources
missing-dependency opencv-needs-libGL model-missing-from-git private-tf-api removed-scipy-api
procfile-wrong-module moved-keras-import keras-standalone-mismatch
whitenoise-django-import-removed unpinned-transitive-breaks system-lib-missing model-in-lfs
db-driver-missing
too-many-workers slug-too-large full-tensorflow-not-cpu pip-freeze-bloat model-loaded-at-import
gpu-tensorflow-on-cpu-dyno training-data-in-slug model-loaded-in-appconfig memory-too-small
allowed-hosts model-loaded-per-request no-whitenoise-static tf1-api error-returned-as-200
model-downloaded-at-request wrong-model-loaded webcam-on-server training-in-request
ssl-redirect-without-proxy-header nltk-data-missing model-path-absolute model-load-error-swallowed
model-file-on-ephemeral-disk legacy-h5-in-keras3 first-request-loads-model bare-except
model-path-cwd-relative tf-unpinned utf16-requirements staticfiles-storage-removed
static-dir-missing django-unpinned sklearn-dummy-package dockerfile-and-procfile
aptfile-needs-buildpack
secret-key-hard-coded debug-true sqlite-ephemeral media-upload-ephemeral secret-key-fallback
allowed-hosts-star model-served-publicly secrets-committed debug-default-true
source-published-as-static
"""

FAILURE_CAUSES = _FAILURES.split()
FAULT_FREQUENCY = _FAULTS.split()
