import { Disk, type Fault } from './disk.ts';

// For `node --import`: what is to happen is in the environment.
const { folder, faults } = JSON.parse(process.env.BINFLASH_FAULTS!) as { folder: string; faults: Fault[] };
const disk = new Disk(folder);
await disk.install();
disk.expect(...faults);
