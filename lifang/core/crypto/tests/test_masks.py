import pytest

from lifang.core.crypto import mask_address, mask_identity, mask_name, mask_telephone
from lifang.core.crypto.masks import mask_plate


@pytest.mark.parametrize(
    ("mask", "plain", "shown"),
    [
        (mask_name, "张三", "张*"),
        (mask_name, " 张三丰 ", "张*"),
        (mask_name, "欧阳明日", "欧阳*"),
        (mask_name, "欧阳", "欧*"),
        (mask_name, "Alice", "A*"),
        (mask_name, "", ""),
        (mask_identity, "990101199003071237", "990***********1237"),
        (mask_identity, "12345678", "********"),
        (mask_plate, "里A·12345", "里A***45"),
        (mask_plate, "里AD12345", "里A****45"),
        (mask_plate, "123456", "******"),
        (mask_identity, "", ""),
        (mask_telephone, "10012345678", "100****5678"),
        (mask_telephone, "0533-1234567", "053*****4567"),
        (mask_telephone, "1234567", "****567"),
        (mask_telephone, "12345", "*****"),
        (mask_address, "丝绸路街道车站社区3号楼2单元501室", "丝绸路街道车站社区3号楼***"),
        (mask_address, "幸福小区甲栋1201", "幸福小区甲栋***"),
        (mask_address, "孟家堰村12号", "孟家堰村***"),
        (mask_address, "机场路12号附3室", "机场路***"),
        (mask_address, "某处501", "某处***"),
        (mask_address, "", ""),
    ],
)
def test_masks(mask, plain, shown):
    assert mask(plain) == shown
