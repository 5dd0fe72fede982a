/**
 * The geographic reference systems whose first axis is the latitude, by SRID, out of
 * information_schema.st_spatial_reference_systems of MySQL 9.7. MySQL stores all geographic points longitude
 * first and prints those of these systems latitude first.
 */
const LATITUDE_FIRST =
  '3819 3821 3824 3889 3906 4001-4008 4010-4016 4018-4025 4027-4034 4036 4041-4047 4052-4054 4075 4081 ' +
  '4120-4124 4127-4139 4141-4171 4173-4176 4178-4184 4188-4216 4218-4225 4227 4229-4232 4236-4259 ' +
  '4261-4263 4265-4267 4269-4286 4288-4289 4292-4293 4295 4297-4304 4306-4316 4318-4319 4322 4324 4326 ' +
  '4463 4470 4475 4483 4490 4555 4558 4600-4630 4632-4633 4636-4639 4641-4644 4646 4657-4680 4682-4684 ' +
  '4686-4730 4732-4765 4801-4811 4813-4818 4820-4821 4823-4824 4901 4903-4904 5013 5132 5228-5229 5233 ' +
  '5246 5252 5264 5324 5340 5354 5360 5365 5371 5373 5381 5393 5451 5464 5467 5489 5524 5527 5546 5561 ' +
  '5593 5681 5886 6135 6207 6311 6318 6322 6325 6365 6668 6706 6783 6881-6883 6892 6894 6983 6990 7073 ' +
  '7136 7139 7373 7683 7686 7798 7844 7881 7886 8042-8043 8086 8232 8237 8240 8246 8249 8252 8255 8351 ' +
  '8427-8428 8431 8449 8545 8685 8818 8860 8888 8900 8907 8972-9000 9003 9006 9009 9012 9014 9017 9019 ' +
  '9053-9057 9059-9069 9140';

const latitudeFirst = new Set<number>();
for (const range of LATITUDE_FIRST.split(' ')) {
  const [first, last = first] = range.split('-').map(Number);
  for (let srid = first!; srid <= last!; srid++) latitudeFirst.add(srid);
}

/** Does MySQL print points of this reference system latitude first? */
export function isLatitudeFirst(srid: number): boolean {
  return latitudeFirst.has(srid);
}
