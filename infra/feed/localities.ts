export interface Locality {
  readonly code: string;
  /** None in Anhui. */
  readonly province?: string;
  readonly city: string;
  readonly county: string;
}

/** Counties and districts of Anhui: the first six digits in the numbers of people and companies from there. */
export const localities: readonly Locality[] = [
  { code: '340102', city: '合肥', county: '瑶海区' },
  { code: '340103', city: '合肥', county: '庐阳区' },
  { code: '340104', city: '合肥', county: '蜀山区' },
  { code: '340111', city: '合肥', county: '包河区' },
  { code: '340121', city: '合肥', county: '长丰县' },
  { code: '340122', city: '合肥', county: '肥东县' },
  { code: '340123', city: '合肥', county: '肥西县' },
  { code: '340124', city: '合肥', county: '庐江县' },
  { code: '340181', city: '合肥', county: '巢湖市' },
  { code: '340202', city: '芜湖', county: '镜湖区' },
  { code: '340207', city: '芜湖', county: '鸠江区' },
  { code: '340303', city: '蚌埠', county: '蚌山区' },
  { code: '340403', city: '淮南', county: '田家庵区' },
  { code: '340503', city: '马鞍山', county: '花山区' },
  { code: '340603', city: '淮北', county: '相山区' },
  { code: '340705', city: '铜陵', county: '铜官区' },
  { code: '340803', city: '安庆', county: '大观区' },
  { code: '341002', city: '黄山', county: '屯溪区' },
  { code: '341102', city: '滁州', county: '琅琊区' },
  { code: '341202', city: '阜阳', county: '颍州区' },
  { code: '341302', city: '宿州', county: '埇桥区' },
  { code: '341502', city: '六安', county: '金安区' },
  { code: '341602', city: '亳州', county: '谯城区' },
  { code: '341702', city: '池州', county: '贵池区' },
  { code: '341802', city: '宣城', county: '宣州区' },
];

/** Places from which companies come that work in Anhui for a while (SPC-1). */
export const elsewhere: readonly Locality[] = [
  { code: '310115', province: '上海', city: '上海', county: '浦东新区' },
  { code: '320106', province: '江苏', city: '南京', county: '鼓楼区' },
  { code: '320508', province: '江苏', city: '苏州', county: '姑苏区' },
  { code: '330106', province: '浙江', city: '杭州', county: '西湖区' },
  { code: '360103', province: '江西', city: '南昌', county: '西湖区' },
  { code: '370102', province: '山东', city: '济南', county: '历下区' },
  { code: '410102', province: '河南', city: '郑州', county: '中原区' },
  { code: '420106', province: '湖北', city: '武汉', county: '武昌区' },
];
