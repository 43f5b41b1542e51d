# SPDX-License-Identifier: Apache-2.0
"""The benchmark: what each way through the house reaches, as a ratio to a limit measured in the same run."""
