"""Reading a schema out of bindings, here of a provider that has one resource."""

from __future__ import annotations

import base64
import io
import json
import tarfile
from pathlib import Path
from typing import Any

import pytest

from scripts.offline.terraform.bindings import BindingsError, provider_version, read

SHOP = """\
import * as cdktn from 'cdktn';

export interface ShopConfig extends cdktn.TerraformMetaArguments {
  /**
  * What it sells to whom. Default value: "CORNER" Possible values: ["CORNER", "MALL"]
  *
  * Docs at Terraform Registry: {@link https://registry.terraform.io/providers/shops#kind Shop#kind}
  */
  readonly kind?: string;
  /**
  * Docs at Terraform Registry: {@link https://registry.terraform.io/providers/shops#owners Shop#owners}
  */
  readonly owners: string[];
  /**
  * shelf block
  *
  * Docs at Terraform Registry: {@link https://registry.terraform.io/providers/shops#shelf Shop#shelf}
  */
  readonly shelf: ShopShelf;
}
export interface ShopShelf {
  /**
  * Docs at Terraform Registry: {@link https://registry.terraform.io/providers/shops#width Shop#width}
  */
  readonly width?: number;
  /**
  * shelf block
  *
  * Docs at Terraform Registry: {@link https://registry.terraform.io/providers/shops#shelf Shop#shelf}
  */
  readonly shelf?: ShopShelf[] | cdktn.IResolvable;
}

export function shopShelfToHclTerraform(struct?: ShopShelf): any {
  const attrs = {
    width: {
      value: cdktn.numberToHclTerraform(struct!.width),
      isBlock: false,
      type: "simple",
      storageClassType: "number",
    },
    shelf: {
      value: cdktn.listMapperHcl(shopShelfToHclTerraform, true)(struct!.shelf),
      isBlock: true,
      type: "list",
      storageClassType: "ShopShelfList",
    },
  };
}

export class ShopShelfOutputReference extends cdktn.ComplexObject {
  // width - computed: true, optional: true, required: false
  public get width() {
    return this.getNumberAttribute('width');
  }

  // shelf - computed: false, optional: true, required: false
  private _shelf = new ShopShelfList(this, "shelf", false);
}
export class ShopSalesOutputReference extends cdktn.ComplexObject {
  // days - computed: true, optional: false, required: false
  public get days() {
    return this.getNumberListAttribute('days');
  }
}
export class Shop extends cdktn.TerraformResource {
  public static readonly tfResourceType = "town_shop";

  // kind - computed: false, optional: true, required: false
  public get kind() {
    return this.getStringAttribute('kind');
  }

  // opened - computed: true, optional: false, required: false
  public get opened() {
    return cdktn.Fn.tolist(this.getListAttribute('opened'));
  }

  // owners - computed: false, optional: false, required: true
  public get owners() {
    return this.getListAttribute('owners');
  }

  // sales - computed: true, optional: false, required: false
  private _sales = new ShopSalesList(this, "sales", true);
  public get sales() {
    return this._sales;
  }

  // shelf - computed: false, optional: false, required: true
  private _shelf = new ShopShelfOutputReference(this, "shelf");

  protected synthesizeHclAttributes(): { [name: string]: any } {
    const attrs = {
      kind: {
        value: cdktn.stringToHclTerraform(this._kind),
        isBlock: false,
        type: "simple",
        storageClassType: "string",
      },
      owners: {
        value: cdktn.listMapperHcl(cdktn.stringToHclTerraform, false)(this._owners),
        isBlock: false,
        type: "list",
        storageClassType: "stringList",
      },
      shelf: {
        value: shopShelfToHclTerraform(this._shelf.internalValue),
        isBlock: true,
        type: "list",
        storageClassType: "ShopShelfList",
      },
    };
  }
}
"""


def write(folder: Path, script: str) -> Path:
    """A package of bindings with one script in it."""
    files = {
        "package/package.json": json.dumps({"cdktn": {"provider": {"name": "town", "version": "1.2.3"}}}),
        "package/lib/shop/index.js": script,
    }
    package = folder / "bindings.tgz"
    with tarfile.open(package, "w:gz") as archive:
        for name, text in files.items():
            member = tarfile.TarInfo(name)
            member.size = len(text.encode())
            archive.addfile(member, io.BytesIO(text.encode()))
    return package


def compiled(source: str) -> str:
    """A script with a source map that holds what it was compiled from."""
    source_map = json.dumps({"sourcesContent": [source]}).encode()
    encoded = base64.b64encode(source_map).decode()
    return f"exports.x = 1;\n//# sourceMappingURL=data:application/json;base64,{encoded}"


@pytest.fixture
def shop(tmp_path: Path) -> dict[str, Any]:
    found: dict[str, Any] = read(write(tmp_path, compiled(SHOP)))["resource_schemas"]["town_shop"]["block"]
    return found


def test_an_argument_has_what_its_description_says(shop: dict[str, Any]) -> None:
    assert shop["attributes"]["kind"] == {
        "type": "string",
        "optional": True,
        "possible": ["CORNER", "MALL"],
        "default": "CORNER",
    }


def test_an_argument_without_a_question_mark_is_required(shop: dict[str, Any]) -> None:
    assert shop["attributes"]["owners"] == {"type": ["list", "string"], "required": True}


def test_what_is_only_computed_has_the_type_of_its_getter(shop: dict[str, Any]) -> None:
    assert shop["attributes"]["opened"] == {"type": ["set", "string"], "computed": True}


def test_computed_objects_are_an_attribute(shop: dict[str, Any]) -> None:
    objects = ["set", ["object", {"days": ["list", "number"]}]]
    assert shop["attributes"]["sales"] == {"type": objects, "computed": True}


def test_a_required_block_that_is_no_list_stands_exactly_once(shop: dict[str, Any]) -> None:
    shelf = shop["block_types"]["shelf"]
    assert (shelf["nesting_mode"], shelf["min_items"], shelf["max_items"]) == ("list", 1, 1)


def test_an_argument_that_the_service_may_decide_is_both(shop: dict[str, Any]) -> None:
    width = shop["block_types"]["shelf"]["block"]["attributes"]["width"]
    assert width == {"type": "number", "optional": True, "computed": True}


def test_a_block_within_itself_is_left_out(shop: dict[str, Any]) -> None:
    assert shop["block_types"]["shelf"]["block"]["block_types"] == {}


def test_the_bindings_say_which_provider_they_are_of(tmp_path: Path) -> None:
    assert provider_version(write(tmp_path, compiled(SHOP))) == "1.2.3"


@pytest.mark.parametrize(
    ("known", "unknown", "message"),
    [
        (
            "cdktn.Fn.tolist(this.getListAttribute(",
            "this.getTupleAttribute(",
            "ShopConfig.opened: what reads it",
        ),
        ("ShopSalesList(this", "cdktn.AnyMap(this", "ShopConfig.sales: what reads it"),
        ('"stringList"', '"tupleList"', "ShopConfig.owners: the type 'list' of 'tupleList'"),
        (
            "isBlock: false,\n        type",
            "isBlock: maybe,\n        type",
            "ShopConfig: 3 places with 'isBlock:'",
        ),
        ("  * shelf block\n", "  * Where goods stand.\n", "ShopConfig.shelf: an argument that holds objects"),
        ("#owners Shop#owners}", "}", "ShopConfig: a property has no link"),
        ("- computed: true, optional: false", "- computed: perhaps", "places with '- computed:'"),
        ('tfResourceType = "town_shop"', "", "Shop: the class has no tfResourceType"),
        (
            "export function shopShelfToHclTerraform",
            "function shelves",
            "no function shopShelfToHclTerraform",
        ),
    ],
)
def test_what_is_not_known_is_refused_by_its_name(
    tmp_path: Path, known: str, unknown: str, message: str
) -> None:
    assert known in SHOP
    with pytest.raises(BindingsError, match=message):
        read(write(tmp_path, compiled(SHOP.replace(known, unknown))))


def test_a_script_without_its_source_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BindingsError, match=r"package/lib/shop/index\.js: there is no source map"):
        read(write(tmp_path, "exports.x = 1;"))
