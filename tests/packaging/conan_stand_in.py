# SPDX-License-Identifier: MIT
"""Runs a Conan 2 recipe's steps with the least of Conan's module that they call: conan_stand_in.py RECIPE_FOLDER PACKAGE_FOLDER."""

import pathlib
import shutil
import sys
import types

recipe_folder, package = pathlib.Path(sys.argv[1]), pathlib.Path(sys.argv[2])
source = package.parent / "conan-source"


def copy(recipe, pattern, src, dst):
    found = [p for p in pathlib.Path(src).glob(pattern if "*" not in pattern else pattern.replace("/*", "/**/*")) if p.is_file()]
    assert found, f"{pattern} names nothing in {src}"
    for file in found:
        to = pathlib.Path(dst) / file.relative_to(src)
        to.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(file, to)


class ConanFile:
    pass


def module(name, **members):
    made = types.ModuleType(name)
    made.__dict__.update(members)
    sys.modules[name] = made


asked = []
module("conan", ConanFile=ConanFile)
module("conan.tools")
module("conan.tools.build", check_min_cppstd=lambda recipe, standard: asked.append(standard))
module("conan.tools.files", copy=copy)
module("conan.tools.layout", basic_layout=lambda recipe: asked.append("layout"))

sys.path.insert(0, str(recipe_folder))
import conanfile  # noqa: E402

recipe = conanfile.Maxwell()
recipe.recipe_folder, recipe.export_sources_folder = str(recipe_folder), str(source)
recipe.source_folder, recipe.package_folder = str(source), str(package)
recipe.info = types.SimpleNamespace(clear=lambda: asked.append("clear"))
properties = {}
recipe.cpp_info = types.SimpleNamespace(set_property=properties.__setitem__)
for step in ("layout", "export_sources", "validate", "package_id", "package", "package_info"):
    getattr(recipe, step)()
assert asked == ["layout", 20, "clear"], asked
assert properties["cmake_target_name"] == "maxwell::maxwell" and properties["cmake_file_name"] == "maxwell", properties
assert recipe.package_type == "header-library" and recipe.cpp_info.libdirs == [] == recipe.cpp_info.bindirs
assert (package / "licenses" / "LICENSE").exists()
