"""Sites: what stands where, and where something may be built."""

from dataclasses import dataclass
from typing import Literal

import pandas as pd

Status = Literal["existing", "candidate", "required"]

KINDS: dict[str, tuple[str, str]] = {
    "community_health_centre": ("community health centre", "社区卫生服务中心"),
    "township_health_centre": ("township health centre", "镇卫生院"),
    "health_station": ("community health station", "社区卫生服务站"),
    "village_clinic": ("village clinic", "村卫生室"),
    "ems_station": ("ambulance station", "急救站"),
    "general_hospital": ("general hospital", "综合医院"),
    "tcm_hospital": ("TCM hospital", "中医医院"),
    "specialist_hospital": ("specialist hospital", "专科医院"),
    "mch_institution": ("maternal and child health institution", "妇幼保健院"),
    "other_institution": ("other health institution", "其他医疗卫生机构"),
    "school": ("school (may host a post)", "学校"),
    "emergency_centre": ("emergency centre", "急救中心"),
    "blood_centre": ("blood centre", "血站"),
    "disease_control_centre": ("centre for disease control", "疾病预防控制中心"),
    "supervision_institute": ("health supervision institute", "卫生监督所"),
    "family_planning_centre": ("family-planning centre", "计划生育服务机构"),
    "psychiatric_hospital": ("psychiatric hospital", "精神专科医院"),
    "infectious_hospital": ("infectious-disease hospital", "传染病医院"),
    "continuing_care": ("geriatric, nursing or rehabilitation institution", "接续性医疗机构"),
    "childcare_centre": ("childcare institution", "婴幼儿照护机构"),
    "care_home": ("care home", "养老机构"),
    "clinic": ("clinic", "门诊部"),
    "sampling_point": ("sampling point", "采样点"),
}
"""Site kinds: id -> label in English and in Chinese."""

WITH_HOSPITAL_BEDS = (
    "general_hospital", "tcm_hospital", "specialist_hospital", "psychiatric_hospital",
    "infectious_hospital", "mch_institution", "continuing_care",
)  # fmt: skip
"""Site kinds whose beds are beds of the stock; those of care homes, say, are none."""

ATTRIBUTES: dict[str, tuple[str, str]] = {
    "direct": ("run directly by the emergency centre", "直属站点"),
    "decontamination": ("with a decontamination area", "配备洗消区"),
    "affordable": ("affordable childcare institution", "普惠性婴幼儿照护机构"),
    "alliance_lead": ("leads an urban medical alliance", "城市医联体牵头医院"),
    "backup_infectious": ("back-up hospital for infectious diseases", "传染病后备医院"),
    "basic_services": ("public-health and basic medical services", "公共卫生、基本医疗服务"),
    "bsl2_lab": ("biosafety level 2 laboratory", "生物安全二级实验室"),
    "bsl2_plus_lab": ("enhanced biosafety level 2 laboratory", "加强型生物安全二级实验室"),
    "bsl3_lab": ("biosafety level 3 laboratory", "生物安全三级实验室"),
    "community_hospital": ("community hospital", "社区医院"),
    "digital_tcm_hall": ("digital TCM hall", "数字化社区中医馆"),
    "emergency_obstetrics": ("emergency obstetric institution", "应急助产机构"),
    "exam_vehicle": ("examination vehicle and portable kit", "体检车辆和便携式体检设备"),
    "flagship_tcm_hall": ("flagship TCM hall", "旗舰中医馆"),
    "geriatric_base": ("geriatric base", "老年病诊治基地"),
    "geriatric_department": ("geriatric department", "老年医学科"),
    "geriatric_lead": ("strong in geriatrics", "老年医疗学科特色突出"),
    "gp_training_base": (
        "training base for general practitioners",
        "全科医师规范化培训社区培训基地",
    ),
    "hospice_service": ("hospice care", "安宁疗护服务"),
    "hospice_training": ("training base for hospice care", "安宁疗护培训基地"),
    "infectious_ward": ("infectious-disease ward", "感染性疾病病区"),
    "infirmary": ("infirmary", "医务室"),
    "integrated_care": ("integrated care facility", "医养结合服务设施"),
    "master_studio": ("studio of a TCM master", "名中医传承工作室"),
    "mental_department": ("mental-health department", "精神心理科"),
    "mental_health_centre": ("mental-health centre of its place", "精神卫生中心"),
    "mental_treatment": ("able to treat mental disorders", "具有精神障碍诊治能力"),
    "model_station": ("model childcare station", "示范型婴幼儿成长驿站"),
    "move_started": ("move under way", "启动整体迁建"),
    "nursing_room": ("standard nursing room", "标准化母婴室"),
    "own_medical_institution": ("medical institution of its own", "独立的医疗机构"),
    "psychiatric_clinic": ("psychiatric clinic and ward", "精神心理门诊、病房"),
    "rebuilt": ("moved, extended or rebuilt", "迁建、改扩建"),
    "recommended_standard": ("meets the recommended standard", "优质服务基层行推荐标准"),
    "regional_hub": ("regional medical centre", "区域医疗中心"),
    "regional_subhub": ("regional sub-centre", "区域医疗副中心"),
    "rehab_service": ("rehabilitation service", "康复服务"),
    "renewed": ("newly built, converted or extended in the plan's time", "新改扩建"),
    "renovated": ("renovated", "提升改造"),
    "sentinel": ("sentinel site", "基层哨点"),
    "sport_medicine": ("sport-medicine site", "体医、体养融合项目点"),
    "standard": ("meets the standard", "规范化、标准化"),
    "supervision_station": ("supervision work station", "卫生监督协管工作站"),
    "supervision_system": ("supervision information system", "卫生监督协管信息系统"),
    "tcm_area": ("TCM clinic area", "中医药特色诊疗区"),
    "tcm_featured": ("with a TCM profile", "中医特色站点"),
    "tcm_hall": ("TCM hall", "中医馆"),
    "tcm_hub": ("leads the TCM network", "国医馆"),
    "tcm_pavilion": ("TCM pavilion", "中医阁"),
    "tcm_service": ("TCM service", "中医药服务"),
    "tcm_specialty": ("TCM specialties", "中医特色专病专科"),
    "tcm_techniques": ("TCM techniques", "中医适宜技术"),
    "tcm_techniques_4": ("four or more TCM techniques", "4种及以上中医药适宜技术"),
    "tcm_zone": ("TCM zone of the network", "中医药服务网络分区"),
    "testing_base": ("nucleic-acid testing base", "核酸检测基地"),
    "upgraded": ("upgraded", "提档升级"),
}
"""What a site may have besides its kind; a plan may add it to an open site (an upgrade)."""

FOUND_ATTRIBUTES: dict[str, tuple[str, str]] = {
    "able_integrated_care": ("able to offer integrated care", "有条件开展医养结合"),
    "central_town": ("health centre of a central town", "中心镇卫生院"),
    "covid_designated": ("designated for COVID-19", "新冠肺炎定点救治医院"),
    "national_centre": ("national regional medical centre", "国家区域医疗中心"),
    "north_city": ("in the under-served north", "大城北地区"),
    "of_scale": ("large", "上规模"),
}
"""What a site has or has not, whatever is planned: where it lies, what it was named for."""

LEVELS: dict[str, tuple[str, str]] = {
    "level_2": ("grade 2 or higher", "二级以上"),
    "level_2B": ("level of grade 2B or higher", "二级乙等以上"),
    "level_2A": ("grade 2A or higher", "二级甲等以上"),
    "level_3": ("tertiary level", "三级水平"),
    "level_3B": ("level of grade 3B or higher", "三级乙等水平"),
    "level_3A": ("grade 3A", "三级甲等"),
}
"""Grades that a plan may raise a hospital to, lowest first; each includes those before it."""

LEVEL_OF_GRADE: dict[str, str] = {
    "2": "level_2",
    "2C": "level_2", "2B": "level_2B", "2A": "level_2A",
    "3": "level_3",
    "3C": "level_3", "3B": "level_3B", "3A": "level_3A",
}  # fmt: skip
"""The highest level that a site of a grade has today: '2' may be either, so it is the lower."""

RENEWED = "renewed"
"""The attribute that every new site has by itself."""

ATTRIBUTES |= FOUND_ATTRIBUTES | LEVELS


def level_below(attribute: str) -> str:
    """The next lower level; '' for the lowest and for what is no level.

    >>> level_below("level_2A")
    'level_2B'
    """
    levels = list(LEVELS)
    return levels[levels.index(attribute) - 1] if attribute in levels[1:] else ""


@dataclass(frozen=True, eq=False)
class Sites:
    """Existing sites and candidate sites.

    Attributes
    ----------
    table
        One row per site, indexed by site id (str): ``name``, ``kind`` (a key of :data:`KINDS`),
        ``grade`` ('' or 3A, 3B, 2A, 2B, 2, 1 ...), ``run_by`` ('' or city, county, private ...),
        ``status`` (existing, candidate, required), ``unit`` (finest unit that contains it),
        ``x_m``, ``y_m`` (local metric CRS), ``opening_cost``, ``closing_cost`` (region's currency;
        NaN = from the cost table), ``beds`` (of candidates: as planned; NaN = unknown),
        ``attributes`` (tuple of keys of :data:`ATTRIBUTES`), ``basis`` (measured, modelled,
        assumed).
    """

    table: pd.DataFrame

    def __len__(self) -> int:
        return len(self.table)


@dataclass(frozen=True)
class CandidateRule:
    """New sites of a kind may be built in grid cells: which ones.

    Attributes
    ----------
    kind
        A key of :data:`KINDS`.
    cells
        ``urban``, ``rural`` or ``all`` settled cells.
    spacing_km
        0: every settled cell; otherwise the most populated settled cell of every square block
        of this side.
    """

    kind: str
    cells: Literal["urban", "rural", "all"] = "all"
    spacing_km: float = 0.0
