export function findIcons(folder: string): Promise<string[]>;
export function sprite(names: string[], folder: string): Promise<string>;
