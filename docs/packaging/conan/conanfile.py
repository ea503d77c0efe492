# SPDX-License-Identifier: MIT
"""Conan 2 recipe of the checkout that it lies in: conan create docs/packaging/conan"""

import os

from conan import ConanFile
from conan.tools.build import check_min_cppstd
from conan.tools.files import copy
from conan.tools.layout import basic_layout


class Maxwell(ConanFile):
    name = "maxwell"
    version = "0.1.0"
    description = "Auctions fast enough to run inside a scheduler"
    license = "MIT"
    topics = ("auction", "scheduler", "header-only")
    package_type = "header-library"
    settings = "os", "arch", "compiler", "build_type"
    no_copy_source = True

    def layout(self):
        basic_layout(self)

    def export_sources(self):
        root = os.path.join(self.recipe_folder, "..", "..", "..")
        copy(self, "LICENSE", root, self.export_sources_folder)
        copy(self, "maxwell/*", os.path.join(root, "include"), os.path.join(self.export_sources_folder, "include"))

    def validate(self):
        check_min_cppstd(self, 20)

    def package_id(self):
        self.info.clear()

    def package(self):
        copy(self, "LICENSE", self.source_folder, os.path.join(self.package_folder, "licenses"))
        copy(self, "maxwell/*", os.path.join(self.source_folder, "include"), os.path.join(self.package_folder, "include"))

    def package_info(self):
        self.cpp_info.set_property("cmake_file_name", "maxwell")
        self.cpp_info.set_property("cmake_target_name", "maxwell::maxwell")
        self.cpp_info.set_property("pkg_config_name", "maxwell")
        self.cpp_info.bindirs = []
        self.cpp_info.libdirs = []
